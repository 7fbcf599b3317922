import {
  acquisitionModes,
  feature,
  triggerActivations,
  triggerBytes,
  triggerSelectors,
  triggerSources,
} from '../addresses.ts';
import { exposures, frameRates } from '../feature-registers.ts';
import type { SimulatorOptions } from '../options.ts';
import { category, choicesOf, command, commandLocks, enumeration, float, integer, locked } from './nodes.ts';

/** A register for each trigger. */
const ofTrigger = (address: number) =>
  ({ address, access: 'RW', at: `<pIndex Offset="${triggerBytes}">TriggerSelectorReg</pIndex>` }) as const;

/** When pictures are taken. */
export function acquisitionNodes(options: Pick<SimulatorOptions, 'lock'>): string {
  const { start, stop } = commandLocks(options);
  return [
    category('AcquisitionControl', [
      ...['AcquisitionMode', 'AcquisitionStart', 'AcquisitionStop', 'AcquisitionAbort', 'AcquisitionFrameCount'],
      ...[
        'AcquisitionFrameRate',
        'AcquisitionBurstFrameCount',
        'TriggerSelector',
        'TriggerMode',
        'TriggerSource',
        'TriggerActivation',
      ],
      ...['TriggerSoftware', 'ExposureTime', 'ExposureAuto'],
    ]),
    enumeration(
      'AcquisitionMode',
      { address: feature.acquisitionMode, access: 'RW' },
      choicesOf(acquisitionModes),
      locked,
    ),
    command('AcquisitionStart', feature.acquisitionStart, 1, {
      tooltip: 'Begins to take pictures.',
      ...start,
    }),
    command('AcquisitionStop', feature.acquisitionStop, 1, {
      tooltip: 'Stops after the picture that is being taken.',
      ...stop,
    }),
    command('AcquisitionAbort', feature.acquisitionAbort, 1, { tooltip: 'Stops at once.', ...stop }),
    integer('AcquisitionFrameCount', { address: feature.frameCount, access: 'RW' }, { min: 1, max: 65_535 }),
    integer('AcquisitionBurstFrameCount', { address: feature.burstFrameCount, access: 'RW' }, { min: 1, max: 1_023 }),
    float(
      'AcquisitionFrameRate',
      { address: feature.frameRate, access: 'RW' },
      { min: frameRates.minimum, max: frameRates.maximum, unit: 'Hz', tooltip: 'Pictures a second in free run.' },
    ),
    enumeration('TriggerSelector', { address: feature.triggerSelector, access: 'RW' }, choicesOf(triggerSelectors), {
      selects: ['TriggerMode', 'TriggerSource', 'TriggerActivation', 'TriggerSoftware'],
    }),
    enumeration('TriggerMode', ofTrigger(feature.triggerMode), choicesOf(['Off', 'On'])),
    enumeration('TriggerSource', ofTrigger(feature.triggerSource), choicesOf(triggerSources)),
    enumeration('TriggerActivation', ofTrigger(feature.triggerActivation), choicesOf(triggerActivations)),
    command('TriggerSoftware', feature.triggerSoftware, 1, {}, ofTrigger(feature.triggerSoftware).at),
    float(
      'ExposureTime',
      { address: feature.exposureTime, access: 'RW' },
      { min: exposures.minimum, max: exposures.maximum, unit: 'us' },
    ),
    enumeration(
      'ExposureAuto',
      { address: feature.exposureAuto, access: 'RW' },
      choicesOf(['Off', 'Once', 'Continuous']),
    ),
  ].join('\n');
}
