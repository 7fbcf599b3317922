import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockState } from '../../electron/keyring/lock-state.ts';

const password = 'a password of a person';
/** gkd-control-codes.h. */
const unlockOperation = 1;

/** A person's session bus with GNOME's keyring on it, as a desktop has them; its question comes as a real window. */
export class LoginKeyring {
  static readonly isPossible = has('gnome-keyring-daemon') && has('dbus-daemon');
  readonly environment: Readonly<Record<string, string>>;
  readonly #bus: ChildProcess;
  #service: ChildProcess | null = null;

  private constructor(bus: ChildProcess, environment: Readonly<Record<string, string>>) {
    this.#bus = bus;
    this.environment = environment;
  }

  /** The session's bus alone, with nothing on it. */
  static async session(folder: string): Promise<LoginKeyring> {
    const place = (name: string): string => join(folder, name);
    for (const name of ['run', 'share', 'home']) await mkdir(place(name), { recursive: true, mode: 0o700 });
    const own = {
      HOME: place('home'),
      XDG_RUNTIME_DIR: place('run'),
      XDG_DATA_HOME: place('share'),
      XDG_CURRENT_DESKTOP: 'GNOME',
    };
    await mkdir(place('services'));
    await writeFile(place('bus.conf'), busConfiguration(place('bus'), place('services')));
    // Who puts the keyring's question is started by the bus; the keyring itself comes with the log-in.
    await copyFile(join('/usr/share/dbus-1/services', prompter), join(place('services'), prompter)).catch(
      () => undefined,
    );
    const bus = spawn('dbus-daemon', [`--config-file=${place('bus.conf')}`, '--nofork', '--print-address=1'], {
      env: { ...process.env, ...own, DBUS_SESSION_BUS_ADDRESS: undefined },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let address = '';
    for await (const chunk of bus.stdout) {
      address += String(chunk);
      if (address.includes('\n')) break;
    }
    return new LoginKeyring(bus, { ...own, DBUS_SESSION_BUS_ADDRESS: address.trim() });
  }

  /** As after a log-in with the password: unlocked. The first one makes it. */
  async logIn(): Promise<void> {
    await this.#start('--unlock');
    await this.#until('unlocked');
  }

  /** As on a PC that logs in by itself: there is nobody's password to unlock it with. */
  async logInByItself(): Promise<void> {
    await this.#start();
    await this.#until('locked');
  }

  async logOut(): Promise<void> {
    if (this.#service === null) return;
    const ended = once(this.#service, 'exit');
    this.#service.kill('SIGKILL');
    await ended;
    this.#service = null;
  }

  /** As when the person then logs in with the password after all: the log-in hands it over (pam_gnome_keyring). */
  async unlock(): Promise<void> {
    const word = Buffer.from(password);
    const packet = Buffer.alloc(12 + word.length);
    packet.writeUInt32BE(packet.length, 0);
    packet.writeUInt32BE(unlockOperation, 4);
    packet.writeUInt32BE(word.length, 8);
    word.copy(packet, 12);
    const socket = connect(join(this.environment['XDG_RUNTIME_DIR'] ?? '', 'keyring', 'control'));
    // A byte first, for those systems that tell with it who asks.
    socket.write(Buffer.concat([Buffer.alloc(1), packet]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    if (answer.readUInt32BE(4) !== 0) throw new Error('the keyring was not unlocked');
    await this.#until('unlocked');
  }

  /** The person closes its question, as whoever has no password does. Returns whether there was one. */
  async dismiss(): Promise<boolean> {
    const ours = this.environment['DBUS_SESSION_BUS_ADDRESS'] ?? '';
    const told = (name: string, fact: string): Promise<string> =>
      readFile(`/proc/${name}/${fact}`, 'utf8').catch(() => '');
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || !(await told(name, 'cmdline')).includes('gcr-prompter')) continue;
      if (!(await told(name, 'environ')).includes(ours)) continue;
      process.kill(Number(name), 'SIGKILL');
      return true;
    }
    return false;
  }

  /** It holds its name on the bus, and answers nobody. */
  hang(): void {
    this.#service?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#service?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.logOut();
    const ended = once(this.#bus, 'exit');
    this.#bus.kill('SIGTERM');
    await ended;
  }

  get #whole(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.environment };
  }

  async #start(...words: readonly string[]): Promise<void> {
    const service = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...words], {
      env: this.#whole,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    service.stdin?.end(words.includes('--unlock') ? password : '');
    this.#service = service;
  }

  async #until(wanted: 'locked' | 'unlocked'): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      if ((await lockState(this.environment)) === wanted) return;
      await pause(50);
    }
    throw new Error(`the keyring did not become ${wanted}`);
  }
}

const prompter = 'org.gnome.keyring.SystemPrompter.service';

const busConfiguration = (path: string, services: string): string => `<busconfig>
  <type>session</type>
  <listen>unix:path=${path}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
