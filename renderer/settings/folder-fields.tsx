import type { ReactNode } from 'react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { isolated } from '../../shared/isolated.ts';
import { sourceIdFor } from '../format/file-name.ts';
import { call } from '../gateway/bridge.ts';
import { Button } from '../ui/button.tsx';
import { Faults } from '../ui/field.tsx';
import { CloseIcon, FolderIcon, PlusIcon } from '../ui/icons.ts';
import { sayFailed } from '../view-state/notice-store.ts';
import { messagesOf } from './bound-field.tsx';
import { longest, type SetupEntry } from './setup-schema.ts';

/** The watched folders, each with the short name that goes with its pictures. */
export function FolderFields({ disabled }: { readonly disabled: boolean }): ReactNode {
  const { control, register, formState, getValues } = useFormContext<SetupEntry>();
  const { fields, append, remove } = useFieldArray({ control, name: 'folders', keyName: 'key' });
  const faults = formState.errors.folders;
  const add = async (): Promise<void> => {
    const answer = await call('folder.choose', {});
    if (!answer.ok) {
      sayFailed(answer.error);
      return;
    }
    const { path } = answer.value;
    // As it is now: the dialog may have been open for long.
    const folders = getValues('folders');
    if (path === null || folders.some((folder) => folder.path === path)) return;
    const id = sourceIdFor(
      path,
      folders.map((folder) => folder.id),
    );
    append({ id, path }, { shouldFocus: false });
  };
  return (
    <fieldset className="folders" disabled={disabled}>
      <legend className="visually-hidden">Folders to watch</legend>
      <ul>
        {fields.map(({ key, path }, index) => {
          const wrong = [...messagesOf(faults?.[index]?.path), ...messagesOf(faults?.[index]?.id)];
          return (
            <li key={key} className="folder">
              <FolderIcon />
              <bdi className="folder-path" title={path}>
                {path}
              </bdi>
              <label className="folder-id">
                <span>Name</span>
                <input
                  {...register(`folders.${index}.id`)}
                  maxLength={longest('folders.0.id')}
                  spellCheck={false}
                  aria-invalid={wrong.length > 0}
                  aria-describedby={wrong.length > 0 ? `${key}-faults` : undefined}
                />
              </label>
              <Button iconOnly aria-label={`Do not watch ${isolated(path)}`} onClick={() => remove(index)}>
                <CloseIcon />
              </Button>
              <div id={`${key}-faults`} className="folder-faults">
                <Faults faults={wrong} />
              </div>
            </li>
          );
        })}
      </ul>
      <div className="folder-add">
        <Button onClick={() => void add()}>
          <PlusIcon /> Add a folder
        </Button>
        <span className="field-words">
          <Faults faults={[...messagesOf(faults?.root), ...messagesOf(faults)]} />
          <span className="field-hint">Subfolders are watched too. The originals stay where they are.</span>
        </span>
      </div>
    </fieldset>
  );
}
