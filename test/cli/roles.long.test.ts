import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parseAllDocuments, stringify} from 'yaml'
import {declaredClusterNeeds} from '../../src/cli/command-needs.js'
import {boundedMap} from '../../src/model/collections/bounded-map.js'
import {withParts} from '../loop/loop-parts.js'
import {type CliRun, meshctl, NODE, RUN} from '../support/cli.js'
import {declaredCommands} from '../support/declared-commands.js'
import {corpusShare} from '../support/oracle-size.js'
import {captureTo, sampleSource} from '../support/served.js'

interface Role {
  readonly kind: string
  readonly metadata: {readonly namespace?: string}
  readonly rules: readonly object[]
}

const PRODUCTPAGE = 'deploy/productpage-v1'
const POD = 'productpage-v1-565846b976-fvswz'

/** Each command by its name in can-i, as runs that together use every rule of the role that can-i prints for it; `FOLDER` holds the files, `OWN` is new for each run. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'ambient-readiness': ['ambient-readiness'],
  analyze: ['analyze'],
  authz: [`authz check ${POD}`, `authz test ${PRODUCTPAGE} reviews:9080`],
  capture: [`capture ${PRODUCTPAGE} --with istiod --to OWN/a.tgz -o json`],
  certs: ['certs'],
  check: ['check deploy/sick-notready-v1', 'check sts/db', 'check deploy/sick-noinject-v1'],
  'check-inject': [`check-inject ${PRODUCTPAGE}`],
  describe: [`describe pod ${PRODUCTPAGE}`, 'describe service reviews', 'describe pod deploy/sick-noinject-v1'],
  diff: ['diff deploy/sick-nack-v1'],
  egress: [`egress ${PRODUCTPAGE} api.example.com:443`],
  errors: ['errors deploy/ratings-v1 --since 99999h'],
  iptables: ['iptables deploy/sick-drift-v1'],
  monitor: ['monitor --rounds 1'],
  mtls: [`mtls ${PRODUCTPAGE} reviews:9080`, `mtls ${POD} reviews:9080`],
  net: [`net ${PRODUCTPAGE}`],
  packet: [`packet ${PRODUCTPAGE} --all`],
  ports: [`ports ${PRODUCTPAGE}`],
  precheck: ['precheck --target 1.31'],
  'proxy-config': [`proxy-config cluster ${PRODUCTPAGE}`],
  'proxy-status': ['proxy-status', `proxy-status ${PRODUCTPAGE}`],
  report: ['report --no-deep', 'report --deep --since 99999h'],
  'server-info': [`server-info ${PRODUCTPAGE}`],
  'snapshot create': [`snapshot create ${PRODUCTPAGE} -o json`],
  stats: [`stats ${PRODUCTPAGE}`],
  trace: [`trace ${PRODUCTPAGE} http://reviews:9080/x`, `trace ${PRODUCTPAGE} http://api.example.com/x`],
  verify: ['verify -f FOLDER/requests.yaml'],
  version: ['version'],
  waypoint: ['waypoint status'],
  'what-if': ['what-if -f FOLDER/change.yaml'],
  'ztunnel-config': ['ztunnel-config all'],
}

const REQUESTS = stringify(
  [
    {from: PRODUCTPAGE, to: 'http://reviews:9080/x'},
    {from: POD, to: 'http://api.example.com/x'},
  ].map(each => ({...each, name: each.from, expect: {status: 200}})),
)
const CHANGE = stringify({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: {name: 'strict', namespace: 'demo'},
  spec: {mtls: {mode: 'STRICT'}},
})

/** Commands that are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  dashboard: 'forwards a port until it is interrupted',
  mcp: 'answers an assistant until its input ends',
  probe: 'nothing can be sent from the pods of a recorded mesh',
  ui: 'serves the page of report until it is interrupted',
}

/**
 * Rules without an effect on the sample mesh: events and logs of pods that need no explanation, EnvoyFilters where the log names the resource,
 * logs of a pod whose kernel rules can be read, ServiceEntries where no request of a log goes to a name outside.
 */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  check: ['"events"'],
  describe: ['"events"'],
  diff: ['"envoyfilters"'],
  errors: ['"serviceentries"'],
  monitor: ['"events"'],
  packet: ['"pods/log"'],
  report: ['"events"'],
  'proxy-status': ['"istio-system","apiGroups":[""],"resources":["pods/log"]', '"envoyfilters"'],
}

/** Commands that read as another one does, which is run without each rule: these with the whole role alone. */
const READS_AS: Readonly<Record<string, string>> = {'snapshot create': 'capture'}

/** Runs at a time; each is two processes. */
const AT_ONCE = 2

const NEEDS = declaredClusterNeeds(declaredCommands())

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshctl-roles-'))
  await captureTo(join(folder, 'mesh.tgz'), withParts(await sampleSource()))
  await writeFile(join(folder, 'requests.yaml'), REQUESTS)
  await writeFile(join(folder, 'change.yaml'), CHANGE)
})
afterAll(() => rm(folder, {recursive: true, force: true}))

/** What differs between two runs by itself: ports, folders, moments (an observation that took no time has one of them) and sizes. */
const VARIES =
  /127\.0\.0\.1:\d+|meshctl-[\w-]+|data-\w+|,\s*"observedUntil": "[^"]*"|\d{4}-\d\d-\d\d(T|-|_)[\w:.-]+Z?|"(?:packedB|b)ytes": \d+/g

/** Runs one line against the recorded mesh, with every right or with those of the roles alone. */
async function under(line: string, roles?: readonly Role[]): Promise<CliRun> {
  const own = await mkdtemp(join(folder, 'data-'))
  const path = join(own, 'role.yaml')
  if (roles !== undefined) await writeFile(path, roles.map(role => stringify(role)).join('---\n'))
  const role = roles === undefined ? [] : ['--role', path]
  const argv = line.split(' ').map(word => word.replace('FOLDER', folder).replace('OWN', own))
  const served = ['serve', '--from', join(folder, 'mesh.tgz'), ...role, '--', NODE, RUN, ...argv, '-n', 'demo']
  const run = await meshctl(served, {env: {XDG_STATE_HOME: own}})
  await rm(own, {recursive: true, force: true})
  const [stdout, stderr] = [run.stdout, run.stderr].map(text => text.replace(VARIES, '')) as [string, string]
  return {code: run.code, stdout, stderr}
}

/** The roles less one rule, for each rule. */
function withoutEach(roles: readonly Role[]): readonly {readonly without: string; readonly less: readonly Role[]}[] {
  return roles.flatMap((role, at) =>
    role.rules.map((rule, index) => ({
      without: JSON.stringify({namespace: role.metadata.namespace, ...rule}),
      less: roles.with(at, {...role, rules: role.rules.toSpliced(index, 1)}),
    })),
  )
}

test('every command that asks a cluster is run with its role', () => {
  expect([...Object.keys(COMMANDS), ...Object.keys(NOT_RUN)].sort()).toEqual([...NEEDS.keys()].sort())
})

describe('the role that can-i prints', () => {
  test.each(corpusShare('ROLES', Object.entries(COMMANDS)))(
    '%s: as with full rights; without any one rule something is missing',
    async (name, lines) => {
      const printed = await meshctl(['can-i', name, '-n', 'demo', '--from', 'sample', '-o', 'role'])
      const roles = parseAllDocuments(printed.stdout).map(each => each.toJS() as Role)
      const full = await boundedMap(lines, AT_ONCE, line => under(line))
      expect(full.map(({code}) => code)).not.toContain(2)
      expect(await boundedMap(lines, AT_ONCE, line => under(line, roles))).toEqual(full)
      const other = READS_AS[name]
      if (other !== undefined) {
        expect(NEEDS.get(name)).toEqual(NEEDS.get(other))
        return
      }
      const removed = withoutEach(roles).filter(({without}) => !UNUSED[name]?.some(each => without.includes(each)))
      const unnoticed = await boundedMap(removed, AT_ONCE, async ({without, less}) => {
        for (const [at, line] of lines.entries()) if (!isDeepStrictEqual(await under(line, less), full[at])) return []
        return [without]
      })
      expect(unnoticed.flat()).toEqual([])
    },
    600_000,
  )
})
