import type { Answer, CommandAnswers } from './command-answers.ts';
import type { Peer } from './control-privilege.ts';
import type { LiveCounters } from './counters.ts';
import type { Faults } from './faults.ts';
import {
  acknowledge,
  type Command,
  commandCodes,
  type ForcedAddress,
  parseCommand,
  parseForcedAddress,
  parseResend,
  pendingAcknowledge,
  type ResendRequest,
  statusCodes,
} from './wire/gvcp.ts';

export type ControlWiring = {
  readonly answers: CommandAnswers;
  readonly counters: LiveCounters;
  readonly faults: () => Faults;
  readonly random: () => number;
  readonly canPend: boolean;
  readonly send: (datagram: Buffer, peer: Peer) => void;
  readonly resend: (request: ResendRequest, extendedIds: boolean) => void;
  readonly forceAddress: (forced: ForcedAddress) => boolean;
};

/** What one peer asked last: a command that is repeated because its answer got lost must not be done twice. */
type LastAnswer = { readonly id: number; readonly code: number; readonly payload: Buffer; answer: Buffer | null };

const mostPeers = 64;

/** Takes commands off the network and puts answers back: pending answers, repeated commands, lost answers. */
export class ControlServer {
  readonly #wiring: ControlWiring;
  readonly #last = new Map<string, LastAnswer>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wiring: ControlWiring) {
    this.#wiring = wiring;
  }

  receive(datagram: Buffer, address: string, port: number): void {
    const { counters, faults } = this.#wiring;
    if (faults().vanished) return;
    const command = parseCommand(datagram);
    if (command === null) {
      counters.strangePackets += 1;
      return;
    }
    const peer = { address, port };
    switch (command.code) {
      case commandCodes.discovery:
        counters.discoveries += 1;
        return this.#send(command, this.#wiring.answers.discovery(), peer);
      case commandCodes.forceAddress:
        return this.#forceAddress(command, peer);
      case commandCodes.packetResend: {
        const request = parseResend(command);
        if (request === null) counters.strangePackets += 1;
        else this.#wiring.resend(request, command.extendedIds);
        return;
      }
      default:
        return this.#memoryCommand(command, peer);
    }
  }

  /** Another controller may begin with the same ids. */
  forgetRepeats(): void {
    this.#last.clear();
  }

  /** Forgets what was asked and what is still to be answered: the camera is switched off. */
  reset(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#last.clear();
  }

  #memoryCommand(command: Command, peer: Peer): void {
    const name = `${peer.address}:${peer.port}`;
    const last = this.#last.get(name);
    if (last !== undefined && isRepeated(command, last)) {
      if (last.answer === null) return;
      if (isWrite(command)) return this.#wiring.send(last.answer, peer);
    }
    this.#wiring.counters.commands += 1;
    if (this.#last.size >= mostPeers) this.#last.clear();
    const remembered: LastAnswer = { id: command.id, code: command.code, payload: command.payload, answer: null };
    this.#last.set(name, remembered);
    const { pendingAddresses, pendingMilliseconds } = this.#wiring.faults();
    const isSlow = command.payload.length >= 4 && pendingAddresses.includes(command.payload.readUInt32BE(0));
    if (!isSlow || !this.#wiring.canPend) return this.#answer(command, peer, remembered);

    const time = Buffer.alloc(4);
    // The time that the controller is to wait, with a margin for the way.
    time.writeUInt32BE(Math.min(0xffff, pendingMilliseconds * 2 + 100), 0);
    this.#wiring.send(acknowledge(statusCodes.success, pendingAcknowledge, command.id, time), peer);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#wiring.faults().vanished) this.#answer(command, peer, remembered);
    }, pendingMilliseconds);
    this.#timers.add(timer);
  }

  #answer(command: Command, peer: Peer, remembered: LastAnswer): void {
    const { counters, faults, random } = this.#wiring;
    const answer = this.#wiring.answers.answer(command, peer);
    if (answer.status !== statusCodes.success) counters.commandsRefused += 1;
    const datagram = acknowledge(answer.status, command.code + 1, command.id, answer.payload);
    remembered.answer = datagram;
    if (!command.wantsAcknowledge) return;
    if (random() * 1_000 < faults().acknowledgeLossPerThousand) {
      counters.acknowledgesDropped += 1;
      return;
    }
    this.#wiring.send(datagram, peer);
  }

  #forceAddress(command: Command, peer: Peer): void {
    const forced = parseForcedAddress(command.payload);
    if (forced === null || !this.#wiring.forceAddress(forced)) return;
    if (command.wantsAcknowledge) this.#send(command, { status: statusCodes.success, payload: Buffer.alloc(0) }, peer);
  }

  #send(command: Command, answer: Answer, peer: Peer): void {
    this.#wiring.send(acknowledge(answer.status, command.code + 1, command.id, answer.payload), peer);
  }
}

const isRepeated = (command: Command, last: LastAnswer): boolean =>
  command.id === last.id && command.code === last.code && command.payload.equals(last.payload);

/** Reading twice does no harm, and the second answer has to be a fresh one. */
const isWrite = ({ code }: Command): boolean =>
  code === commandCodes.writeRegister || code === commandCodes.writeMemory;
