import type { ReactNode } from 'react';
import type { ConfigFault } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { sourceIdFor } from '../format/file-name.ts';
import { call } from '../gateway/bridge.ts';
import { Faults } from '../ui/field.tsx';
import { CloseIcon, FolderIcon, PlusIcon } from '../ui/icons.ts';
import { sayFailed } from '../view-state/notice-store.ts';
import { faultsOf } from './setup-draft.ts';

type Folders = Setup['folders'];
type Props = {
  readonly folders: Folders;
  readonly faults: readonly ConfigFault[];
  readonly disabled: boolean;
  readonly onChange: (folders: Folders) => void;
};

/** The watched folders, each with the short name that goes with its pictures. */
export function FolderFields({ folders, faults, disabled, onChange }: Props): ReactNode {
  const add = async (): Promise<void> => {
    const answer = await call('folder.choose', {});
    if (!answer.ok) {
      sayFailed(answer.error);
      return;
    }
    const { path } = answer.value;
    if (path === null || folders.some((folder) => folder.path === path)) return;
    const id = sourceIdFor(
      path,
      folders.map((folder) => folder.id),
    );
    onChange([...folders, { id, path }]);
  };
  return (
    <fieldset className="folders" disabled={disabled}>
      <legend className="visually-hidden">Folders to watch</legend>
      <ul>
        {folders.map((folder, index) => (
          <li key={folder.path} className="folder">
            <FolderIcon />
            <bdi className="folder-path" title={folder.path}>
              {folder.path}
            </bdi>
            <label className="folder-id">
              <span>Name</span>
              <input
                value={folder.id}
                maxLength={64}
                spellCheck={false}
                onChange={(event) => onChange(folders.with(index, { ...folder, id: event.target.value }))}
              />
            </label>
            <button
              type="button"
              className="button icon-only"
              aria-label={`Do not watch ${isolated(folder.path)}`}
              onClick={() => onChange(folders.filter((one) => one !== folder))}
            >
              <CloseIcon />
            </button>
            <div className="folder-faults">
              <Faults faults={faultsOf(faults, `sources[${index}].path`, `sources[${index}].id`)} />
            </div>
          </li>
        ))}
      </ul>
      <div className="folder-add">
        <button type="button" className="button" onClick={() => void add()}>
          <PlusIcon /> Add a folder
        </button>
        <span className="field-words">
          <Faults faults={faultsOf(faults, 'sources')} />
          <span className="field-hint">Subfolders are watched too. The originals stay where they are.</span>
        </span>
      </div>
    </fieldset>
  );
}
