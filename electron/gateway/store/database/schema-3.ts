/** Step 3 of the schema: what a camera said of a frame, as JSON; null for a picture that came as a file. */
export const schema3 = `
ALTER TABLE images ADD COLUMN frame TEXT;
`;
