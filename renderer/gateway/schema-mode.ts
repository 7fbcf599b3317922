import { z } from 'zod';

// Must be evaluated before any schema is built: zod decides then whether it may compile parsers with `new Function`,
// which the content security policy forbids.
z.config({ jitless: true });
