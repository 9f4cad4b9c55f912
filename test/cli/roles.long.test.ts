import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parseAllDocuments, stringify} from 'yaml'
import {declaredClusterNeeds} from '../../src/cli/command-needs.js'
import {withParts} from '../loop/loop-parts.js'
import {type CliRun, meshctl, NODE, RUN} from '../support/cli.js'
import {declaredCommands} from '../support/declared-commands.js'
import {captureTo, sampleSource} from '../support/served.js'

interface Role {
  readonly kind: string
  readonly metadata: {readonly namespace?: string}
  readonly rules: readonly object[]
}

const PRODUCTPAGE = 'deploy/productpage-v1'
const POD = 'productpage-v1-565846b976-fvswz'

/** Each command by its name in can-i, as runs that together use every rule of the role that can-i prints for it; `FOLDER` is a new one. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  analyze: ['analyze'],
  authz: [`authz check ${POD}`, `authz test ${PRODUCTPAGE} reviews:9080`],
  capture: [`capture ${PRODUCTPAGE} --with istiod --to FOLDER/a.tgz -o json`],
  certs: ['certs'],
  check: ['check deploy/sick-notready-v1', 'check sts/db'],
  'check-inject': [`check-inject ${PRODUCTPAGE}`],
  describe: [`describe pod ${PRODUCTPAGE}`, 'describe service reviews'],
  diff: ['diff deploy/sick-nack-v1'],
  egress: [`egress ${PRODUCTPAGE} api.example.com:443`],
  errors: ['errors --since 24h'],
  iptables: ['iptables deploy/sick-drift-v1'],
  mtls: [`mtls ${PRODUCTPAGE} reviews:9080`, `mtls ${POD} reviews:9080`],
  net: [`net ${PRODUCTPAGE}`],
  packet: [`packet ${PRODUCTPAGE} --all`],
  ports: [`ports ${PRODUCTPAGE}`],
  'proxy-config': [`proxy-config cluster ${PRODUCTPAGE}`],
  'proxy-status': ['proxy-status', `proxy-status ${PRODUCTPAGE}`],
  'server-info': [`server-info ${PRODUCTPAGE}`],
  'snapshot create': [`snapshot create ${PRODUCTPAGE} -o json`],
  stats: [`stats ${PRODUCTPAGE}`],
  trace: [`trace ${PRODUCTPAGE} http://reviews:9080/x`],
  verify: ['verify -f FOLDER/requests.yaml'],
  version: ['version'],
  waypoint: ['waypoint status'],
  'what-if': ['what-if -f FOLDER/change.yaml'],
  'ztunnel-config': ['ztunnel-config all'],
}

const REQUESTS = stringify([{name: 'a', from: PRODUCTPAGE, to: 'http://reviews:9080/x', expect: {status: 200}}])
const CHANGE = stringify({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: {name: 'strict', namespace: 'demo'},
  spec: {mtls: {mode: 'STRICT'}},
})

/** Commands that a recorded mesh cannot answer: nothing can be sent from its pods. */
const NOT_RECORDED = ['probe']

/**
 * Rules without an effect on the sample mesh: events and logs of pods that need no explanation, EnvoyFilters where the log names the resource,
 * logs of a pod whose kernel rules can be read.
 */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  check: ['"events"'],
  describe: ['"events"'],
  diff: ['"envoyfilters"'],
  packet: ['"pods/log"'],
  'proxy-status': ['"istio-system","apiGroups":[""],"resources":["pods/log"]', '"envoyfilters"'],
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshctl-roles-'))
  await captureTo(join(folder, 'mesh.tgz'), withParts(await sampleSource()))
  await writeFile(join(folder, 'requests.yaml'), REQUESTS)
  await writeFile(join(folder, 'change.yaml'), CHANGE)
})
afterAll(() => rm(folder, {recursive: true, force: true}))

async function under(lines: readonly string[], roles?: readonly Role[]): Promise<readonly CliRun[]> {
  const path = join(folder, 'role.yaml')
  if (roles !== undefined) await writeFile(path, roles.map(role => stringify(role)).join('---\n'))
  const role = roles === undefined ? [] : ['--role', path]
  const runs: CliRun[] = []
  for (const line of lines) {
    await rm(join(folder, 'a.tgz'), {force: true})
    const argv = line.split(' ').map(word => word.replace('FOLDER', folder))
    const served = ['serve', '--from', join(folder, 'mesh.tgz'), ...role, '--', NODE, RUN, ...argv, '-n', 'demo']
    const run = await meshctl(served, {env: {XDG_STATE_HOME: await mkdtemp(join(folder, 'data-'))}})
    const plain = (text: string) =>
      text.replace(
        /127\.0\.0\.1:\d+|meshctl-[\w-]+|data-\w+|\d{4}-\d\d-\d\d(T|-|_)[\w:.-]+Z?|"(?:packedB|b)ytes": \d+/g,
        '',
      )
    runs.push({code: run.code, stdout: plain(run.stdout), stderr: plain(run.stderr)})
  }
  return runs
}

test('every command that asks a cluster is run with its role', () => {
  expect([...Object.keys(COMMANDS), ...NOT_RECORDED].sort()).toEqual(
    [...declaredClusterNeeds(declaredCommands()).keys()].sort(),
  )
})

describe('the role that can-i prints', () => {
  test.each(Object.entries(COMMANDS))(
    '%s: as with full rights; without any one rule something is missing',
    async (name, lines) => {
      const printed = await meshctl(['can-i', name, '-n', 'demo', '--from', 'sample', '-o', 'role'])
      const roles = parseAllDocuments(printed.stdout).map(each => each.toJS() as Role)
      const full = await under(lines)
      expect(full.map(({code}) => code)).not.toContain(2)
      expect(await under(lines, roles)).toEqual(full)
      for (const [at, role] of roles.entries()) {
        for (const [index, rule] of role.rules.entries()) {
          const text = JSON.stringify({namespace: role.metadata.namespace, ...rule})
          if (UNUSED[name]?.some(each => text.includes(each))) continue
          const less = roles.with(at, {...role, rules: role.rules.toSpliced(index, 1)})
          expect({without: text, runs: await under(lines, less)}).not.toEqual({without: text, runs: full})
        }
      }
    },
    600_000,
  )
})
