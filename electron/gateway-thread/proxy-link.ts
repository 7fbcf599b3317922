import type { AskProxy, ProxyAnswer, ProxyQuestion } from '../gateway/gateway-options.ts';

export type AskedProxy = { readonly id: number; readonly question: ProxyQuestion };
export type AnsweredProxy = { readonly id: number; readonly answer: ProxyAnswer };

/** The gateway's thread asks the main thread for proxies; whoever asks gives up by himself. */
export class ProxyLink {
  readonly #post: (asked: AskedProxy) => void;
  readonly #waiting = new Map<number, (answer: ProxyAnswer) => void>();
  #count = 0;

  constructor(post: (asked: AskedProxy) => void) {
    this.#post = post;
  }

  readonly ask: AskProxy = (question) => {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post({ id, question });
    });
  };

  take({ id, answer }: AnsweredProxy): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}
