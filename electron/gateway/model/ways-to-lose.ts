import type { Message } from '../../../shared/messages/message.ts';

/**
 * Every way in which this gateway can lose a picture, or what it has to do for one. What each means to a person, to the
 * cloud and to the ledger is said in one place, `losses.ts`: a way without its words, its count and its place in the
 * ledger does not compile, and one that no test makes happen fails `ways-to-lose.test.ts`.
 */
export const waysToLose = [
  /** Files: another picture took the name before it was read. */
  'overwritten',
  /** It was removed from its folder before it was read. */
  'vanished',
  /** Cameras: the frame was lost on its way. */
  'frame-lost',
  /** It came, and found no room here, or no time. */
  'frame-no-room',
  /** It came, and can't be stored. */
  'frame-refused',
  /** The store: this PC's disk lost a stored picture before it was delivered. */
  'payload-missing',
  'payload-damaged',
  /** A stored picture that the database knows nothing of. */
  'orphaned',
  /** Never delivered, and made room for newer ones, as the site chose. */
  'dropped',
  /** Annotations that came when their picture was delivered already: the cloud does not get them. */
  'label-late',
  /** The picture is stored; its original can't be archived or deleted. */
  'original-stays',
  /** The database can't be read any more, or the disk that holds it is gone. */
  'store-damaged',
  'store-away',
  /** The gateway fell and was started again: what folders hold is collected all the same. */
  'interrupted',
  /** It fell while this camera was a source: what the camera took meanwhile lies nowhere. */
  'unwatched',
] as const;

export type WayToLose = (typeof waysToLose)[number];

/** Frames that are gone before they could be stored: written down when they are lost. */
export type LossCause = Extract<
  WayToLose,
  'overwritten' | 'vanished' | 'frame-lost' | 'frame-no-room' | 'frame-refused'
>;

/** Shown until a person has taken note of them. */
export type NotedWay = LossCause | Extract<WayToLose, 'dropped' | 'label-late' | 'interrupted' | 'unwatched'>;

/** What a database that can't be written is to be told of. */
export type StoreFault = Extract<WayToLose, 'store-damaged' | 'store-away'>;

/** What a gateway that is gone could not write down itself. */
export type LeftUnsaid = StoreFault | Extract<WayToLose, 'interrupted'>;

/** How often gateways of this program have fallen, since when (wall clock), and why the last. */
export type Falls = { readonly times: number; readonly since: number; readonly why: Message };
