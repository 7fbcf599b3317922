import { SetupFailure } from '../setup/failure.mjs';
import { declaredVersion } from '../setup/official-runtime.mjs';

/**
 * electron-builder calls this before it packs. A release holds the declared Electron as its makers publish it, never
 * the older development runtime that set-up falls back to; ACUSIGHT_TRIAL_PACKAGE=1 lets a trial package through, to
 * look at the packing itself.
 *
 * @param {{ readonly packager: { readonly info: { readonly framework: { readonly version: string } },
 *   readonly config: { readonly electronDist?: unknown } } }} context
 */
export function beforePack({ packager }) {
  if (process.env.ACUSIGHT_TRIAL_PACKAGE === '1') return;
  const { version } = packager.info.framework;
  const wanted = declaredVersion();
  if (version === wanted && !packager.config.electronDist) return;
  throw new SetupFailure(
    `a release is packed with Electron ${wanted} from its makers, not with another copy or version`,
    {
      hint: 'leave electronVersion and electronDist unset, on a machine that can download Electron',
    },
  );
}
