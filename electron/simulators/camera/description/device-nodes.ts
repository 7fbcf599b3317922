import { bootstrap, feature } from '../addresses.ts';
import type { SimulatorOptions } from '../options.ts';
import {
  category,
  choicesOf,
  command,
  enumeration,
  float,
  formula,
  integer,
  integerOver,
  integerRegister,
  locked,
  maskedBoolean,
  maskedInteger,
  text,
} from './nodes.ts';

/** The camera itself, its way to the PC, its kept settings. */
export function deviceNodes(options: Pick<SimulatorOptions, 'lock' | 'lockKept'>): string {
  return [
    category('DeviceControl', [
      ...['DeviceVendorName', 'DeviceModelName', 'DeviceVersion', 'DeviceManufacturerInfo', 'DeviceSerialNumber'],
      ...['DeviceUserID', 'DeviceTemperature', 'DeviceReset'],
    ]),
    text('DeviceVendorName', { address: bootstrap.vendor, bytes: 32, access: 'RO' }),
    text('DeviceModelName', { address: bootstrap.model, bytes: 32, access: 'RO' }),
    text('DeviceVersion', { address: bootstrap.deviceVersion, bytes: 32, access: 'RO' }),
    text('DeviceManufacturerInfo', { address: bootstrap.information, bytes: 48, access: 'RO' }),
    text('DeviceSerialNumber', { address: bootstrap.serial, bytes: 16, access: 'RO' }),
    text('DeviceUserID', { address: bootstrap.userName, bytes: 16, access: 'RW' }, { tooltip: 'Your name for it.' }),
    float('DeviceTemperature', { address: feature.temperature, access: 'RO' }, { unit: 'C', visibility: 'Expert' }),
    command('DeviceReset', feature.reset, 1, { visibility: 'Guru', tooltip: 'Switches it off and on again.' }),

    category('TransportLayerControl', ['PayloadSize', 'GigEVision']),
    category('GigEVision', [
      ...['GevCurrentIPAddress', 'GevHeartbeatTimeout', 'GevTimestampTickFrequency', 'GevTimestampControlLatch'],
      ...['GevTimestampControlReset', 'GevTimestampValue', 'GevStreamChannelSelector', 'GevSCPHostPort'],
      ...['GevSCPSPacketSize', 'GevSCPSDoNotFragment', 'GevSCPSBigEndian', 'GevSCPD', 'GevSCDA', 'GevSCSP'],
      ...['GevGVSPExtendedIDMode'],
    ]),
    integer('PayloadSize', { address: feature.payloadSize, access: 'RO' }, { unit: 'B', visibility: 'Expert' }),
    integer(
      'GevCurrentIPAddress',
      { address: bootstrap.address, access: 'RO' },
      { representation: 'IPV4Address', visibility: 'Guru' },
    ),
    integer(
      'GevHeartbeatTimeout',
      { address: bootstrap.heartbeat, access: 'RW' },
      { min: 100, unit: 'ms', visibility: 'Guru' },
    ),
    integer(
      'GevTimestampTickFrequency',
      { address: bootstrap.tickFrequencyHigh, bytes: 8, access: 'RO' },
      { unit: 'Hz', visibility: 'Expert' },
    ),
    command('GevTimestampControlLatch', bootstrap.timestampControl, 2, { visibility: 'Expert' }),
    command('GevTimestampControlReset', bootstrap.timestampControl, 1, { visibility: 'Expert' }),
    integer(
      'GevTimestampValue',
      { address: bootstrap.timestampHigh, bytes: 8, access: 'RO' },
      { visibility: 'Expert' },
    ),
    `<Integer Name="GevStreamChannelSelector" NameSpace="Standard"><Visibility>Guru</Visibility>` +
      '<Value>0</Value><Min>0</Min><Max>0</Max></Integer>',
    maskedInteger('GevSCPHostPort', { address: bootstrap.hostPort, access: 'RW' }, [31, 16], { visibility: 'Guru' }),
    maskedInteger('GevSCPSPacketSize', { address: bootstrap.packetSize, access: 'RW' }, [31, 16], {
      min: 576,
      max: 16_384,
      inc: 4,
      unit: 'B',
      visibility: 'Expert',
      ...locked,
    }),
    maskedBoolean('GevSCPSDoNotFragment', { address: bootstrap.packetSize, access: 'RW' }, 1, { visibility: 'Guru' }),
    maskedBoolean('GevSCPSBigEndian', { address: bootstrap.packetSize, access: 'RW' }, 2, { visibility: 'Guru' }),
    integer('GevSCPD', { address: bootstrap.packetDelay, access: 'RW' }, { visibility: 'Expert' }),
    integer(
      'GevSCDA',
      { address: bootstrap.destination, access: 'RW' },
      { representation: 'IPV4Address', visibility: 'Guru' },
    ),
    maskedInteger('GevSCSP', { address: bootstrap.sourcePort, access: 'RO' }, [31, 16], { visibility: 'Guru' }),
    // Bit 30 of the number is bit 1 when bits count from the most significant.
    maskedBoolean('GevGVSPExtendedIDMode', { address: bootstrap.streamConfiguration, access: 'RW' }, 1, {
      visibility: 'Guru',
      ...locked,
    }),
    ...lockNodes(options),

    category('UserSetControl', ['UserSetSelector', 'UserSetLoad', 'UserSetSave']),
    enumeration(
      'UserSetSelector',
      { address: feature.userSetSelector, access: 'RW' },
      choicesOf(['Default', 'UserSet1']),
      {
        selects: ['UserSetLoad', 'UserSetSave'],
      },
    ),
    command('UserSetLoad', feature.userSetLoad, 1, locked),
    command('UserSetSave', feature.userSetSave, 1),
  ].join('\n');
}

/** What acquisition locks; in some cameras the acquisition itself is locked until the settings are. */
function lockNodes({ lock, lockKept }: Pick<SimulatorOptions, 'lock' | 'lockKept'>): readonly string[] {
  if (lock === 'none')
    return [
      integerRegister('AcquiringReg', { address: feature.acquiring, access: 'RO' }),
      integerOver('TLParamsLocked', 'AcquiringReg', { visibility: 'Guru' }),
    ];
  const place = { address: feature.transportLocked, access: 'RW' } as const;
  return [
    lockKept === 'register'
      ? integer('TLParamsLocked', place, { min: 0, max: 1, visibility: 'Guru' })
      : '<Integer Name="TLParamsLocked" NameSpace="Standard"><Value>0</Value><Min>0</Min><Max>1</Max></Integer>',
    formula('AcquisitionLock', ['TLParamsLocked'], 'TLPARAMSLOCKED = 0'),
  ];
}
