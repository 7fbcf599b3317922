import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockState } from '../../../electron/keyring/lock-state.ts';
import { LoginKeyring } from '../../support/login-keyring.ts';
import { temporaryFolder } from '../../support/store.ts';

/** Whether the keyring is locked, asked of a real session bus and GNOME's keyring on it. */

async function session(): Promise<LoginKeyring> {
  const keyring = await LoginKeyring.session(await temporaryFolder());
  onTestFinished(() => keyring.close());
  return keyring;
}

describe.runIf(LoginKeyring.isPossible)('whether the keyring is locked is known without asking a person', () => {
  test('it is locked where nobody has logged in with the password, and unlocked where somebody has', async () => {
    const keyring = await session();
    await keyring.logIn();
    expect(await lockState(keyring.environment)).toBe('unlocked');
    await keyring.logOut();
    await keyring.logInByItself();
    expect(await lockState(keyring.environment)).toBe('locked');
    await keyring.unlock();
    expect(await lockState(keyring.environment)).toBe('unlocked');
  });

  test('a keyring that hangs is not waited for, and one that goes on says what it is', async () => {
    const keyring = await session();
    await keyring.logIn();
    keyring.hang();
    expect(await lockState(keyring.environment)).toBe('silent');
    keyring.goOn();
    expect(await lockState(keyring.environment)).toBe('unlocked');
  });

  test('a bus without a keyring has none', async () => {
    const keyring = await session();
    expect(await lockState(keyring.environment)).toBe('absent');
  });
});

describe.runIf(process.platform === 'linux')('where there is no bus that answers', () => {
  test.each([
    [{}],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/nowhere/bus,guid=0' }],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=%zz' }],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=localhost,port=1' }],
    [{ XDG_RUNTIME_DIR: '/nowhere' }],
  ])('there is no keyring: %j', async (environment) => {
    expect(await lockState(environment)).toBe('absent');
  });

  test('one that says nothing is silent, and one that talks of something else is none', async () => {
    const path = join(await temporaryFolder(), 'bus');
    for (const [first, then, state] of [
      ['', '', 'silent'],
      ['REJECTED EXTERNAL\r\n', '', 'absent'],
      ['OK 0\r\n', 'l\x02', 'silent'],
      // Another byte order, a message that would never end, and an answer to nothing, whose fields lead out of it.
      ['OK 0\r\n', 'B'.repeat(64), 'absent'],
      ['OK 0\r\n', `l\x02\x00\x01${'\xff'.repeat(60)}`, 'absent'],
      ['OK 0\r\n', `l\x02\x00\x01${'\x00'.repeat(8)}\x08\x00\x00\x00\x06\x01s\x00\xff\xff\xff\xff`, 'silent'],
    ] as const) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        const said = [first, then];
        socket.on('data', () => void socket.write(Buffer.from(said.shift() ?? '', 'latin1')));
      });
      await new Promise<void>((resolve) => server.listen(path, resolve));
      expect(await lockState({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })).toBe(state);
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
