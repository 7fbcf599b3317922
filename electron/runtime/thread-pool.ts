/**
 * Imported first: the pool takes its size when it is first used. A network share that hangs holds threads of it, and
 * every other file operation, DNS included, waits for one; four are soon gone. A source asks a share for some thirty
 * things at once (`file-offers.ts`), so that four shares may hang.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '160';
