import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import type { Feature } from '../../../shared/camera.ts';
import { sayInFull } from '../../gateway/words.ts';
import { Faults } from '../../ui/field.tsx';
import { BooleanEditor, ChoiceEditor, CommandButton } from './choice-editors.tsx';
import type { EditorProps } from './editor-props.ts';
import { featureOrder } from './feature-store.ts';
import { accessWords, canWrite, rangeWords, valueWords } from './feature-text.ts';
import { TextEditor } from './text-editor.tsx';

/** One setting: its name, what it is for, its value or editor, and below it range, access and a refusal in words. */
export function FeatureRow({ sourceId, feature }: { readonly sourceId: string; readonly feature: Feature }): ReactNode {
  const order = useMutation(featureOrder(useQueryClient(), sourceId, feature.name));
  const refusal = order.error?.failure;
  const id = useId();
  const range = rangeWords(feature);
  const writable = canWrite(feature);
  const props: EditorProps = {
    feature,
    order,
    labelId: `${id}-name`,
    wordsId: `${id}-words`,
    faulty: refusal !== undefined,
  };
  return (
    <li
      className="feature"
      data-kind={feature.kind}
      data-writable={writable}
      data-faulty={refusal !== undefined}
      data-testid="feature"
      data-name={feature.name}
    >
      <p className="feature-name">
        <strong id={props.labelId} title={feature.name}>
          {feature.displayName || feature.name}
        </strong>
        {accessWords(feature) !== '' && <span className="feature-access">{accessWords(feature)}</span>}
      </p>
      {feature.tooltip !== '' && <p className="feature-tip">{feature.tooltip}</p>}
      {writable ? <Editor {...props} /> : <ReadValue {...props} />}
      <div id={props.wordsId} className="feature-words" aria-live="polite">
        {order.isPending ? (
          <span>Asking the camera…</span>
        ) : refusal !== undefined ? (
          <Faults
            faults={[
              [sayInFull(refusal), range === '' ? '' : `Range: ${range}.`].filter((part) => part !== '').join(' '),
            ]}
          />
        ) : (
          writable && range !== '' && <span>{range}</span>
        )}
      </div>
    </li>
  );
}

const ReadValue = ({ feature, labelId }: EditorProps): ReactNode =>
  valueWords(feature) === '' ? null : (
    <output className="feature-value" aria-labelledby={labelId}>
      {valueWords(feature)}
    </output>
  );

function Editor(props: EditorProps): ReactNode {
  switch (props.feature.kind) {
    case 'integer':
    case 'float':
    case 'string':
      return <TextEditor {...props} />;
    case 'enumeration':
      return <ChoiceEditor {...props} />;
    case 'boolean':
      return <BooleanEditor {...props} />;
    case 'command':
      return <CommandButton {...props} />;
    case 'register':
      return null;
  }
}
