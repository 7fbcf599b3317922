import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, onTestFinished } from 'vitest';

/** What systemd does: a datagram socket, each datagram a line. Node has no such sockets. */
const listener = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1].replace('@', '\\0', 1))
print('bound', flush=True)
while True: print(heard.recv(4096).decode(), flush=True)
`;

/** What arrives at this socket until the test has finished: the first line says that it is there. */
export async function listen(name: string): Promise<string[]> {
  const child = spawn('python3', ['-c', listener, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines).toEqual(['bound']);
  return lines;
}
