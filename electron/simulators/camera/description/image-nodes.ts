import { chunkNames, feature, firstChunkId, testPatterns } from '../addresses.ts';
import { largestGain, smallestSide } from '../feature-registers.ts';
import type { SimulatorOptions } from '../options.ts';
import { formatOfName } from '../pixel-formats.ts';
import {
  boolean,
  category,
  choicesOf,
  enumeration,
  float,
  floatOver,
  formula,
  integer,
  integerOver,
  integerRegister,
  locked,
  node,
} from './nodes.ts';

/** What decides on the picture: its size, format, brightness and what travels with it. */
export function imageNodes(options: SimulatorOptions): string {
  const formats = options.pixelFormats.map((name) => ({ name, value: formatOfName(name).code }));
  const size = { ...locked, unit: 'px', representation: 'Linear' } as const;
  return [
    category('ImageFormatControl', [
      ...['SensorWidth', 'SensorHeight', 'Width', 'Height', 'OffsetX', 'OffsetY', 'PixelFormat', 'TestPattern'],
      ...(options.jpeg === null ? [] : ['ImageCompressionMode']),
    ]),
    integer('SensorWidth', { address: feature.sensorWidth, access: 'RO' }, { unit: 'px', visibility: 'Expert' }),
    integer('SensorHeight', { address: feature.sensorHeight, access: 'RO' }, { unit: 'px', visibility: 'Expert' }),
    integer(
      'Width',
      { address: feature.width, access: 'RW' },
      { ...size, min: smallestSide, pMax: 'WidthMax', inc: 4, tooltip: 'Columns that are read from the sensor.' },
    ),
    integer(
      'Height',
      { address: feature.height, access: 'RW' },
      { ...size, min: smallestSide, pMax: 'HeightMax', inc: 1, tooltip: 'Lines that are read from the sensor.' },
    ),
    integer('OffsetX', { address: feature.offsetX, access: 'RW' }, { ...size, min: 0, pMax: 'OffsetXMax', inc: 4 }),
    integer('OffsetY', { address: feature.offsetY, access: 'RW' }, { ...size, min: 0, pMax: 'OffsetYMax', inc: 2 }),
    formula('WidthMax', ['SensorWidth', 'OffsetX'], 'SENSORWIDTH - OFFSETX'),
    formula('HeightMax', ['SensorHeight', 'OffsetY'], 'SENSORHEIGHT - OFFSETY'),
    formula('OffsetXMax', ['SensorWidth', 'Width'], 'SENSORWIDTH - WIDTH'),
    formula('OffsetYMax', ['SensorHeight', 'Height'], '(SENSORHEIGHT - HEIGHT) & ~1'),
    enumeration('PixelFormat', { address: feature.pixelFormat, access: 'RW' }, formats, locked),
    enumeration('TestPattern', { address: feature.testPattern, access: 'RW' }, choicesOf(testPatterns)),
    ...(options.jpeg === null
      ? []
      : [
          enumeration(
            'ImageCompressionMode',
            { address: feature.compression, access: 'RW' },
            choicesOf(['Off', 'JPEG']),
            locked,
          ),
        ]),

    category('AnalogControl', ['Gain']),
    floatOver('Gain', 'GainConverter', { unit: 'dB', representation: 'Linear' }),
    node(
      'Converter',
      'GainConverter',
      [
        '<FormulaTo>FROM * 100</FormulaTo><FormulaFrom>TO / 100.0</FormulaFrom><pValue>GainRaw</pValue>',
        '<Unit>dB</Unit><Slope>Increasing</Slope>',
      ].join(''),
    ),
    integer('GainRaw', { address: feature.gain, access: 'RW' }, { min: 0, max: largestGain, visibility: 'Guru' }),

    category('ChunkDataControl', [
      ...['ChunkModeActive', 'ChunkSelector', 'ChunkEnable'],
      ...chunkNames.map((name) => `Chunk${name}`),
    ]),
    boolean('ChunkModeActive', { address: feature.chunkModeActive, access: 'RW' }, locked),
    enumeration('ChunkSelector', { address: feature.chunkSelector, access: 'RW' }, choicesOf(chunkNames), {
      selects: ['ChunkEnable'],
    }),
    boolean(
      'ChunkEnable',
      { address: feature.chunkEnable, access: 'RW', at: '<pIndex Offset="4">ChunkSelectorReg</pIndex>' },
      locked,
    ),
    ...chunkNames.map((name, index) =>
      node('Port', `Chunk${name}Port`, `<ChunkID>${(firstChunkId + index).toString(16)}</ChunkID>`),
    ),
    chunkInteger('Timestamp'),
    chunkInteger('FrameID'),
    float('ChunkExposureTime', { address: 0, access: 'RO', bytes: 8, port: 'ChunkExposureTimePort' }, { unit: 'us' }),
  ].join('\n');
}

const chunkInteger = (name: string): string =>
  integerOver(`Chunk${name}`, `Chunk${name}Reg`) +
  integerRegister(`Chunk${name}Reg`, { address: 0, access: 'RO', bytes: 8, port: `Chunk${name}Port` });
