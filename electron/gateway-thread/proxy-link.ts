import type { AskProxy, ProxyAnswer, ProxyQuestion } from '../gateway/gateway-options.ts';
import { OpenRequests } from '../gateway/platform/open-requests.ts';

export type AskedProxy = { readonly id: number; readonly question: ProxyQuestion };
export type AnsweredProxy = { readonly id: number; readonly answer: ProxyAnswer };

/** The gateway's thread asks the main thread for proxies; whoever asks gives up by himself. */
export class ProxyLink {
  readonly #post: (asked: AskedProxy) => void;
  readonly #open = new OpenRequests<ProxyAnswer>();

  constructor(post: (asked: AskedProxy) => void) {
    this.#post = post;
  }

  readonly ask: AskProxy = (question) => this.#open.ask((id) => this.#post({ id, question }));

  take({ id, answer }: AnsweredProxy): void {
    this.#open.answer(id, answer);
  }
}
