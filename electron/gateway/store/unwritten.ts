import type { WriteGroup } from './database/write-group.ts';

/** Values that are on their way into the database, by source and path. `undefined`: to be removed. */
export class Unwritten<Value> {
  readonly #group: WriteGroup;
  readonly #values = new Map<string, { readonly value: Value | undefined }>();

  constructor(group: WriteGroup) {
    this.#group = group;
  }

  read(sourceId: string, path: string, stored: () => Value | undefined): Value | undefined {
    const unwritten = this.#values.get(keyOf(sourceId, path));
    return unwritten === undefined ? stored() : unwritten.value;
  }

  write(sourceId: string, path: string, value: Value | undefined, work: () => void): Promise<void> {
    const key = keyOf(sourceId, path);
    const unwritten = { value };
    this.#values.set(key, unwritten);
    return this.#group.defer(work, () => {
      if (this.#values.get(key) === unwritten) this.#values.delete(key);
    });
  }
}

const keyOf = (sourceId: string, path: string): string => `${sourceId}\0${path}`;
