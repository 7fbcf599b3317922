import { category, integerOver, integerRegister, node } from './nodes.ts';

/** What the camera would tell with an event: there is no register of the camera behind it. */
export function eventNodes(): string {
  return [
    category('EventControl', ['EventExposureEndTimestamp', 'EventExposureEndFrameID']),
    node('Port', 'ExposureEndEventPort', '<EventID>9001</EventID>'),
    // As in real descriptions, where they begin again at zero: the camera has registers at these addresses.
    ...(['Timestamp', 'FrameID'] as const).map(
      (name, index) =>
        integerOver(`EventExposureEnd${name}`, `EventExposureEnd${name}Reg`) +
        integerRegister(`EventExposureEnd${name}Reg`, {
          address: 8 * index,
          access: 'RO',
          bytes: 8,
          port: 'ExposureEndEventPort',
        }),
    ),
  ].join('\n');
}
