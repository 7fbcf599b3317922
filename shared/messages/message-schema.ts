import { z } from 'zod';
import { isMessage, type Message } from './message.ts';

/** A message as it crosses the boundary to the window. */
export const messageSchema = z.custom<Message>((value) => isMessage(value), 'not a message');
