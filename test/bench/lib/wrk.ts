import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface WrkResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  requests: number;
  failed: number;
}

/** One signed body of about 200 bytes, each unlike the others. */
function body(index: number): string {
  return JSON.stringify({
    external_id: `bench-${index}`,
    sender_id: `sender-${index % 997}`,
    content:
      index % 2 === 0
        ? `报告已经写好了，第 ${index} 份放在共享文件夹里，大家有空看看`
        : `The report is ready, copy ${index} is in the shared folder for everyone`,
    timestamp: 1_800_000_000,
    attachments: [],
  });
}

/** Writes what wrk reads: a script, and a file of signatures and bodies. */
export async function prepareWrk(folder: string, secret: string, count: number): Promise<string> {
  const requests = createWriteStream(join(folder, 'requests.txt'));
  for (let index = 0; index < count; index++) {
    const text = body(index);
    if (!requests.write(`${createHmac('sha256', secret).update(text).digest('hex')} ${text}\n`))
      await once(requests, 'drain');
  }
  requests.end();
  await once(requests, 'finish');
  const script = join(folder, 'post.lua');
  await writeFile(script, lua(join(folder, 'requests.txt')));
  return script;
}

const lua = (file: string): string => `
local requests, count, at = {}, 0, 0
for line in io.lines(${JSON.stringify(file)}) do
  count = count + 1
  requests[count] = line
end
wrk.method = "POST"
wrk.path = "/api/messages"
request = function()
  at = at + 1
  if at > count then at = 1 end
  local line = requests[at]
  return wrk.format(nil, nil, { ["Content-Type"] = "application/json", ["X-Signature"] = line:sub(1, 64) }, line:sub(66))
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('RESULT {"requests":%d,"seconds":%.4f,"p50":%.4f,"p99":%.4f,"failed":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
`;

/** What a flood came to, answer by answer. */
export interface FloodResult {
  seconds: number;
  accepted: number;
  duplicate: number;
  /** 429 or 503. */
  shed: number;
  /** Shed without a word on when to come back. */
  withoutRetryAfter: number;
  /** Answered otherwise, or not at all. */
  other: number;
}

/**
 * A script that counts every answer, and writes the ids of what was accepted to `accepted.txt` beside it. Each connection
 * pauses `pauseMs` on the average before it sends again: without, a closed loop takes all of a small machine, and it is
 * the load that is measured.
 */
export async function prepareFlood(
  folder: string,
  secret: string,
  { count, pauseMs }: { count: number; pauseMs: number },
): Promise<string> {
  await prepareWrk(folder, secret, count);
  const script = join(folder, 'flood.lua');
  await writeFile(script, lua(join(folder, 'requests.txt')) + countAnswers(join(folder, 'accepted.txt'), pauseMs));
  return script;
}

const countAnswers = (file: string, pauseMs: number): string => `
delay = function() return math.random(0, ${2 * pauseMs}) end
accepted, duplicate, shed, bare, other = 0, 0, 0, 0, 0
local ids = nil
local flooding = nil
function setup(thread) flooding = thread end
response = function(status, headers, body)
  if status == 202 then
    accepted = accepted + 1
    ids = ids or assert(io.open(${JSON.stringify(file)}, "w"))
    ids:write(body:match('"id":"([^"]+)"') or "?", "\\n")
    ids:flush()
  elseif status == 200 then
    duplicate = duplicate + 1
  elseif status == 429 or status == 503 then
    shed = shed + 1
    local told = false
    for name in pairs(headers) do
      if name:lower() == "retry-after" then told = true end
    end
    if not told then bare = bare + 1 end
  else
    other = other + 1
  end
end
done = function(summary)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"seconds":%.4f,"accepted":%d,"duplicate":%d,"shed":%d,"withoutRetryAfter":%d,"other":%d}\\n',
    summary.duration / 1e6, flooding:get("accepted"), flooding:get("duplicate"), flooding:get("shed"),
    flooding:get("bare"), flooding:get("other") + errors.connect + errors.read + errors.write + errors.timeout))
end
`;

/** Runs wrk with one thread against loopback. */
async function resultOf(url: string, script: string, { connections, seconds }: Load): Promise<unknown> {
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url], {
    maxBuffer: 1 << 24,
  });
  const found = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (!found) throw new Error(`wrk said: ${stdout.slice(0, 500)}`);
  return JSON.parse(found);
}

interface Load {
  connections: number;
  seconds: number;
}

export const runFlood = async (url: string, script: string, load: Load): Promise<FloodResult> =>
  (await resultOf(url, script, load)) as FloodResult;

export async function runWrk(url: string, script: string, load: Load): Promise<WrkResult> {
  const result = (await resultOf(url, script, load)) as {
    requests: number;
    seconds: number;
    p50: number;
    p99: number;
    failed: number;
  };
  return {
    perSecond: result.requests / result.seconds,
    p50Ms: result.p50,
    p99Ms: result.p99,
    requests: result.requests,
    failed: result.failed,
  };
}

export async function hasWrk(): Promise<boolean> {
  return run('wrk', ['-v']).then(
    () => true,
    // wrk ends with 1 after printing its version; ENOENT means it is not there.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}
