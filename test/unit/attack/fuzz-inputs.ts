import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseCerts} from '../../../src/formats/envoy-certs.js'
import {parseClusters} from '../../../src/formats/envoy-clusters.js'
import {parseConfigDump} from '../../../src/formats/envoy-config-dump/parse.js'
import {parseTables} from '../../../src/formats/istioctl-table/parse.js'
import {parseSyncz} from '../../../src/formats/istiod-syncz.js'
import {parseManifest} from '../../../src/formats/kube-manifest/parse.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import {parseRules} from '../../../src/formats/netfilter/parse-rules.js'
import {recognisePasted} from '../../../src/formats/pasted/recognise.js'
import {scrubJson, scrubText} from '../../../src/formats/redact/scrub.js'
import {sniffAll} from '../../../src/formats/sniff.js'
import {parseSockets} from '../../../src/formats/sockets/parse.js'
import type {Artifact} from '../../../src/model/evidence.js'
import {type Random, seeded} from '../../support/seeded.js'

const FOLDER = 'test/fixtures/fuzz'

/** One small text of each format. */
const CORPUS = readdirSync(FOLDER)
  .sort()
  .map(name => readFileSync(join(FOLDER, name)))

function artifact(bytes: Buffer): Artifact {
  return {id: 'envoy.config_dump', bytes, provenance: {}} as Artifact
}

/** Everything that reads bytes from outside. */
const READERS: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  sniffAll,
  parseRules: bytes => parseRules(bytes.toString()),
  parseSockets: bytes => parseSockets({bytes}),
  parseConfigDump: bytes => parseConfigDump(artifact(bytes)),
  parseClusters: bytes => parseClusters(artifact(bytes)),
  parseCerts: bytes => parseCerts(artifact(bytes)),
  parseSyncz: bytes => parseSyncz(artifact(bytes)),
  parseManifest,
  parseTables: bytes => parseTables(bytes.toString()),
  parseLogLine: bytes => parseLogLine(bytes.toString().slice(0, 4000)),
  recognisePasted: bytes => recognisePasted('fuzz', bytes),
  scrubText: bytes => scrubText(bytes.toString('latin1')),
  scrubJson: bytes => scrubJson(bytes.toString('latin1')),
}

const TOKENS = [
  '',
  '\n',
  '\0',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '-',
  '- ',
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  'NaN',
  'null',
  '\u202e',
  '\x1b[2J',
  '\ufeff',
  'password=',
  '*',
  '&a ',
  '!!js ',
  '65536',
  '0x',
  '%00',
  '\r\n',
]

/** A text of the corpus changed in one to six places: bytes flipped, parts left out, doubled, moved, replaced by a part of another text. */
function mutated(random: Random): Buffer {
  const pick = () => CORPUS[random(CORPUS.length)] as Buffer
  let bytes = pick()
  for (let n = 1 + random(6); n > 0; n--) {
    const at = random(bytes.length + 1)
    const to = Math.min(bytes.length, at + random(40))
    const other = pick()
    const from = random(other.length)
    const put = [
      Buffer.from([random(256)]),
      Buffer.alloc(0),
      Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]),
      other.subarray(from, from + random(60)),
      Buffer.from(TOKENS[random(TOKENS.length)] ?? ''),
    ][random(5)] as Buffer
    bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(random(3) === 0 ? at : to)])
  }
  return bytes
}

/** What a reader did to inputs that it should read or refuse: threw something, or was slow. Each input goes to one reader. */
export function faultsOf(seed: number, inputs: number): readonly string[] {
  const random = seeded(seed)
  const names = Object.keys(READERS)
  const faults: string[] = []
  for (let n = 0; n < inputs && faults.length < 10; n++) {
    const name = names[n % names.length] ?? ''
    const bytes = mutated(random)
    try {
      READERS[name]?.(bytes)
    } catch (error) {
      faults.push(`${name}: ${String(error)} for ${JSON.stringify(bytes.toString('latin1'))}`)
    }
  }
  return faults
}
