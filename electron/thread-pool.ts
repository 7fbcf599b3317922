/**
 * Imported first: the pool takes its size when it is first used. A network share that hangs holds threads of it, and
 * every other file operation, DNS included, waits for one; four are soon gone.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';
