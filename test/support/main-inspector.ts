/**
 * Node's own debugger in the main process of a development build, which is started with `--inspect=127.0.0.1:PORT`.
 * Unlike Playwright it is attached to no page: a page that crashes or hangs is treated as one that nobody debugs.
 */
export class MainInspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as {
        id?: number;
        result?: { result?: { value?: unknown }; exceptionDetails?: { exception?: { description?: string } } };
      };
      const waiting = this.#waiting.get(id ?? 0);
      this.#waiting.delete(id ?? 0);
      const fault = result?.exceptionDetails;
      if (fault === undefined) waiting?.resolve(result?.result?.value);
      else waiting?.reject(new Error(fault.exception?.description ?? 'the main process threw'));
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the program ended'));
    });
  }

  static async connect(port: number): Promise<MainInspector> {
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new MainInspector(socket);
  }

  /** Runs in the main process, with `electron` and the window's `contents` at hand. */
  evaluate<Value>(body: string): Promise<Value> {
    this.#calls += 1;
    const id = this.#calls;
    const expression = `(async () => {
      const electron = require('electron');
      const [window] = electron.BrowserWindow.getAllWindows();
      const contents = window?.webContents;
      ${body}
    })()`;
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      const params = { expression, awaitPromise: true, returnByValue: true, includeCommandLineAPI: true };
      this.#socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}
