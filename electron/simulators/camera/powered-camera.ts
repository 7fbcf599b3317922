import { descriptionAddress, feature } from './addresses.ts';
import { type BootstrapWiring, defineBootstrap } from './bootstrap-registers.ts';
import { CameraClock } from './camera-clock.ts';
import { descriptionFile } from './description/description.ts';
import { defineFeatures, type FeatureWiring, settings } from './feature-registers.ts';
import { FrameMaker } from './frame-maker.ts';
import type { SimulatorOptions } from './options.ts';
import { RegisterMap } from './register-map.ts';

export type PowerWiring = Pick<BootstrapWiring, 'streamPort' | 'privilege' | 'streamMoved' | 'fireTestPacket'> &
  Pick<
    FeatureWiring,
    'acquiring' | 'startAcquisition' | 'stopAcquisition' | 'faults' | 'rescheduled' | 'softwareTrigger' | 'reset'
  >;

/** What is lost when the camera is switched off: its registers, its clock. */
export class PoweredCamera {
  readonly registers = new RegisterMap();
  readonly clock: CameraClock;
  readonly maker: FrameMaker;

  /** `kept`: the user's set of settings, which is in its flash. */
  constructor(options: SimulatorOptions, kept: Map<number, number>, wiring: PowerWiring) {
    this.clock = new CameraClock(options.tickFrequency);
    this.maker = new FrameMaker(this.registers, options, this.clock);
    const { registers, clock, maker } = this;
    const description = descriptionFile(options);
    defineBootstrap(registers, options, { ...wiring, clock, description });
    // Filled up to whole words; its length in the URL is the real one.
    registers.defineBlock(descriptionAddress, Buffer.concat([description, Buffer.alloc(-description.length & 3)]));
    let factory: ReadonlyMap<number, number> = new Map();
    defineFeatures(registers, options, {
      ...wiring,
      payloadSize: () => maker.payloadSize(),
      loadUserSet: () => {
        const isOwn = registers.get(feature.userSetSelector) === 1 && kept.size > 0;
        for (const [address, value] of isOwn ? kept : factory) registers.set(address, value);
        wiring.rescheduled();
      },
      saveUserSet: () => {
        for (const [address, value] of registers.values(settings)) kept.set(address, value);
      },
    });
    factory = registers.values(settings);
  }
}
