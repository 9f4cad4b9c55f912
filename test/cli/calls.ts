import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {writeKubeconfig} from '../../src/kubeapi/kubeconfig.js'
import {startApiServer} from '../../src/kubeapi/server.js'
import {meshctl} from '../support/cli.js'
import {declaredCommands} from '../support/declared-commands.js'
import {corpusShare} from '../support/oracle-size.js'
import {sampleSource} from '../support/served.js'
import {tempFolder} from '../support/temp-folder.js'

/** What a command asks a cluster for. */
interface Calls {
  /** Lists of objects. */
  readonly lists: number
  /** Single objects, by name. */
  readonly gets: number
  /** Container logs. */
  readonly logs: number
  /** Questions about permissions. */
  readonly reviews: number
  /** Pages of Envoys, istiods and ztunnels, over port-forwards. */
  readonly pages: number
  readonly execs: number
}

const NONE: Calls = {lists: 0, gets: 0, logs: 0, reviews: 0, pages: 0, execs: 0}

const POD = 'deploy/reviews-v1 -n demo'

/**
 * What each command asks for on the sample mesh. A pod costs at most four commands: rules, addresses with routes and sockets, owners of sockets, and in
 * captures processes. A command that is not listed asks for what its topic does.
 */
const ASKED: readonly (readonly [string, Partial<Calls>])[] = [
  ['ambient-readiness', {lists: 12, logs: 18}],
  ['analyze', {lists: 37}],
  [`authz check ${POD}`, {lists: 17, gets: 1, pages: 2}],
  ['authz test deploy/productpage-v1 reviews:9080 -n demo', {lists: 17, gets: 1, pages: 6}],
  ['authz test --matrix -n demo', {lists: 16}],
  [`capture ${POD} --to BUNDLE`, {lists: 68, gets: 1, logs: 4, pages: 8, execs: 4}],
  ['capture -n demo --to BUNDLE --yes', {lists: 67, logs: 76, pages: 152, execs: 76}],
  ['certs -A', {lists: 16, pages: 39}],
  [`check ${POD}`, {lists: 15, gets: 2, logs: 2, pages: 5, execs: 3}],
  ['check -n demo', {lists: 17, gets: 17, logs: 36, pages: 22, execs: 54}],
  ['check -A', {lists: 42, gets: 2, pages: 4}],
  [`check-inject ${POD}`, {lists: 4, gets: 1}],
  [`describe pod ${POD}`, {lists: 20, gets: 3, logs: 2, pages: 7, execs: 3}],
  ['describe service reviews -n demo', {lists: 21, gets: 4, logs: 6, pages: 9, execs: 9}],
  [`diff ${POD}`, {lists: 3, gets: 1, pages: 8}],
  [`egress ${POD}`, {lists: 4, gets: 2, pages: 2}],
  [`errors ${POD}`, {lists: 10, gets: 1, logs: 1, pages: 1}],
  ['errors -n demo', {lists: 9, logs: 18, pages: 18}],
  [`iptables ${POD}`, {lists: 1, gets: 2, logs: 1, execs: 2}],
  ['monitor -n demo --rounds 1', {lists: 16, pages: 4}],
  ['monitor -A --rounds 1', {lists: 17, pages: 4}],
  ['mtls deploy/productpage-v1 details:9080 -n demo', {lists: 17, gets: 1, pages: 4}],
  ['mtls -A', {lists: 16}],
  [`net ${POD}`, {lists: 1, gets: 1, execs: 2}],
  ['packet deploy/productpage-v1 -n demo --all', {lists: 1, gets: 1, execs: 3}],
  [`ports ${POD}`, {lists: 2, gets: 2, execs: 2}],
  ['precheck', {lists: 38, pages: 4}],
  ['probe deploy/productpage-v1 http://reviews:9080/ -n demo', {lists: 13, gets: 5, pages: 17, execs: 18}],
  [`proxy-config all ${POD}`, {lists: 1, gets: 1, pages: 2}],
  [`proxy-config bootstrap ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config cluster ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config ecds ${POD}`, {lists: 1, gets: 1, pages: 2}],
  [`proxy-config eds ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config endpoint ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config listener ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config log ${POD}`, {lists: 1, gets: 2, pages: 1}],
  ['proxy-config rootca-compare deploy/reviews-v1 deploy/ratings-v1 -n demo', {lists: 2, gets: 2, pages: 2}],
  [`proxy-config route ${POD}`, {lists: 1, gets: 1, pages: 1}],
  [`proxy-config secret ${POD}`, {lists: 1, gets: 1, pages: 1}],
  ['proxy-status', {lists: 5, logs: 2, pages: 8}],
  [`proxy-status ${POD}`, {lists: 3, gets: 1, pages: 8}],
  ['report -n demo', {lists: 30, gets: 17, logs: 36, pages: 98, execs: 54}],
  [`server-info ${POD}`, {lists: 1, gets: 1, pages: 1}],
  ['snapshot create -n demo --name calls --yes', {lists: 68, logs: 84, pages: 212, execs: 84}],
  [`stats ${POD}`, {lists: 1, gets: 2, pages: 1}],
  ['trace deploy/productpage-v1 http://reviews:9080/ -n demo', {lists: 13, gets: 4, pages: 14, execs: 9}],
  ['verify -f EXPECTED -n demo', {lists: 13, gets: 1, pages: 14, execs: 9}],
  ['version', {lists: 1, pages: 4}],
  ['waypoint list -A', {lists: 5}],
  ['waypoint status -A', {lists: 5}],
  ['what-if -n demo --delete VirtualService/demo/reviews', {lists: 17, gets: 1}],
  ['ztunnel-config all', {lists: 1, pages: 1}],
  ['ztunnel-config certificate', {lists: 1, pages: 1}],
  ['ztunnel-config connections', {lists: 1, pages: 1}],
  ['ztunnel-config log', {lists: 1, pages: 1}],
  ['ztunnel-config policy', {lists: 1, pages: 1}],
  ['ztunnel-config service', {lists: 1, pages: 1}],
  ['ztunnel-config workload', {lists: 1, pages: 1}],
]

/** One request that `verify` traces. */
const EXPECTED = `apiVersion: meshctl/v1
kind: Expectations
expectations:
- name: reviews answer
  from: deploy/productpage-v1
  to: http://reviews:9080/
  request: {}
  expect: {outcome: delivered}
`

/** Commands that are sessions: what they ask for, they ask as one of the others. */
const SESSIONS = ['dashboard', 'mcp', 'ui']

/** Commands about what the sample does not hold, or cannot do: a gap is their answer. */
const NOT_IN_SAMPLE = ['probe', 'proxy-config log', 'stats']

/** Commands that look twice because they compare before and after. */
const COMPARES = ['probe']

function kindOf(call: string): keyof Calls {
  if (call.startsWith('exec ')) return 'execs'
  const [, method, path = ''] = /^(GET|POST) (\/.*)$/.exec(call) ?? []
  if (method === undefined) return 'pages'
  if (method === 'POST') return 'reviews'
  if (path.includes('/log?')) return 'logs'
  return /[?&]limit=/.test(path) ? 'lists' : 'gets'
}

function callsIn(trace: string): readonly string[] {
  return trace.split('\n').flatMap(line => /\d+ ms {2}((?:GET|POST|exec) .*)$/.exec(line)?.[1] ?? [])
}

function counted(calls: readonly string[]): Calls {
  const all: Record<keyof Calls, number> = {...NONE}
  for (const call of calls) all[kindOf(call)] += 1
  return all
}

/** Runs a share of the commands against a server of the sample, and counts the requests of each. */
export function callsAreCounted(share: number): void {
  let close = async () => {}
  let env: Readonly<Record<string, string>> = {}
  const folder = tempFolder('calls')
  const expected = join(folder, 'expected.yaml')
  beforeAll(async () => {
    writeFileSync(expected, EXPECTED)
    const server = await startApiServer(await sampleSource())
    const kubeconfig = await writeKubeconfig(server)
    env = {KUBECONFIG: kubeconfig.path, XDG_STATE_HOME: folder}
    close = async () => {
      await server.close()
      await kubeconfig.remove()
    }
  })
  afterAll(() => close())

  test.each(corpusShare('CALLS', ASKED, share))('%s: so many calls, none of them twice', async (line, asked) => {
    const {stderr, code} = await meshctl(
      [...line.replace('BUNDLE', join(folder, 'calls.tgz')).replace('EXPECTED', expected).split(' '), '-v'],
      {env},
    )
    const calls = callsIn(stderr)
    const repeated = calls.filter((call, place) => kindOf(call) !== 'reviews' && calls.indexOf(call) !== place)
    if (!COMPARES.some(name => line.startsWith(name))) expect(repeated).toEqual([])
    expect(counted(calls)).toEqual({...NONE, ...asked})
    expect(NOT_IN_SAMPLE.some(name => line.startsWith(name)) ? [2] : [0, 1, 3]).toContain(code)
  })
}

/** Fails when a command that touches a cluster is neither in the table nor a session. */
export function everyCommandIsCounted(): void {
  const touching = declaredCommands().filter(({needs}) => needs?.cluster !== undefined)
  const lines = ASKED.map(([line]) => line)
  const words = (id: string) => id.replaceAll(':', ' ')
  const left = touching.filter(({id}) => !lines.some(line => line === words(id) || line.startsWith(`${words(id)} `)))
  expect(left.map(({id}) => id)).toEqual(SESSIONS)
}
