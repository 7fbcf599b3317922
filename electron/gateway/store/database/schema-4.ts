/**
 * Step 4 of the schema: how the file that came is to be turned to be upright (null: width, height and boxes are those of
 * the picture as it is stored, as earlier versions had them, and camera frames), the file that came where the picture is
 * stored in another format (JSON), and what is worth knowing of it (JSON, sentences).
 */
export const schema4 = `
ALTER TABLE images ADD COLUMN orientation INTEGER;
ALTER TABLE images ADD COLUMN original TEXT;
ALTER TABLE images ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
`;
