/** More classes than any model has; a hostile list must not fill the memory. */
export const MAX_CLASSES = 100_000;
