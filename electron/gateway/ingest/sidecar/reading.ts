import type { Annotation, ModelInfo, SidecarFormat } from '../../../../shared/annotation.ts';
import type { Message } from '../../../../shared/messages/message.ts';
import type { Orientation } from '../../../../shared/picture.ts';
import { AnnotationList } from './annotation-list.ts';
import { ProblemList } from './problems.ts';

/** The picture that a sidecar is read for. Its size, that of the upright picture, scales pixel coordinates. */
export type PictureFacts = {
  readonly filename: string;
  readonly width: number;
  readonly height: number;
  /** How the file is to be turned to be upright; left out: it is upright as it is. */
  readonly orientation?: Orientation;
};

export type SidecarReading = {
  readonly format: SidecarFormat;
  readonly annotations: readonly Annotation[];
  readonly model: ModelInfo;
  /** What could not be used or had to be corrected: each names the file and the place in it. */
  readonly problems: readonly Message[];
};

/** `unrelated`: a file with a sidecar's name that holds something else, or says nothing about this picture. */
export type SidecarOutcome =
  | { readonly kind: 'read'; readonly reading: SidecarReading }
  | { readonly kind: 'bad'; readonly problem: Message }
  | { readonly kind: 'unrelated' };

export const unrelated: SidecarOutcome = { kind: 'unrelated' };

/** Largest files that are read, in bytes. */
export const sidecarLimits = {
  /** A file for one picture. */
  single: 10_000_000,
  /** A COCO file for a folder of pictures: that of COCO 2017 itself has 450 MB. */
  shared: 600_000_000,
  /** Of such files, what is kept in memory. */
  sharedKept: 128_000_000,
  classList: 1_000_000,
} as const;

/** What every reader fills while it goes through one file for one picture. */
export class Reader {
  readonly picture: PictureFacts;
  readonly problems: ProblemList;
  readonly annotations: AnnotationList;

  /** `file`: the file's name as the messages show it. */
  constructor(file: string, picture: PictureFacts) {
    this.picture = picture;
    this.problems = new ProblemList(file);
    this.annotations = new AnnotationList(this.problems);
  }

  read(format: SidecarFormat, model: ModelInfo = {}): SidecarOutcome {
    const { annotations, problems } = this;
    return {
      kind: 'read',
      reading: { format, annotations: annotations.toArray(), model, problems: problems.toArray() },
    };
  }

  bad(problem: string): SidecarOutcome {
    return { kind: 'bad', problem: this.problems.message(problem) };
  }
}
