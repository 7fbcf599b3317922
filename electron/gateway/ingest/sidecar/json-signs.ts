/** The signs of JSON, as bytes of UTF-8. */
export const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
export const braces = { open: 0x7b, close: 0x7d } as const;
export const brackets = { open: 0x5b, close: 0x5d } as const;

export const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
