import {parseArgs} from 'node:util'
import {formOf, rendered} from '../../src/cli/output/output.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import {allReport} from '../../src/reports/all/report.js'
import {allView} from '../../src/reports/all/view.js'
import {bootstrapReport} from '../../src/reports/bootstrap/report.js'
import {bootstrapView} from '../../src/reports/bootstrap/view.js'
import {clusterReport} from '../../src/reports/clusters/report.js'
import {clustersView} from '../../src/reports/clusters/view.js'
import {ecdsReport} from '../../src/reports/ecds/report.js'
import {ecdsView} from '../../src/reports/ecds/view.js'
import {edsReport} from '../../src/reports/eds/report.js'
import {edsView} from '../../src/reports/eds/view.js'
import {endpointReport} from '../../src/reports/endpoints/report.js'
import {endpointsView} from '../../src/reports/endpoints/view.js'
import {listenerReport} from '../../src/reports/listeners/report.js'
import {listenersView} from '../../src/reports/listeners/view.js'
import type {Report} from '../../src/reports/report.js'
import {reportExitCode} from '../../src/reports/report.js'
import {routeReport} from '../../src/reports/routes/report.js'
import {routesView} from '../../src/reports/routes/view.js'
import {secretReport} from '../../src/reports/secrets/report.js'
import {secretsView} from '../../src/reports/secrets/view.js'
import type {View} from '../../src/reports/view.js'
import {filesSource} from '../../src/sources/files/source.js'
import type {Source} from '../../src/sources/source.js'

const OPTIONS = {
  file: {type: 'string', short: 'f'},
  output: {type: 'string', short: 'o'},
  fqdn: {type: 'string'},
  direction: {type: 'string'},
  subset: {type: 'string'},
  port: {type: 'string'},
  address: {type: 'string'},
  type: {type: 'string'},
  name: {type: 'string'},
  cluster: {type: 'string'},
  status: {type: 'string'},
  verbose: {type: 'boolean', default: true},
  waypoint: {type: 'boolean', default: false},
  'with-headers': {type: 'boolean', default: false},
} as const

interface Asked {
  readonly fqdn?: string | undefined
  readonly direction?: string | undefined
  readonly subset?: string | undefined
  readonly address?: string | undefined
  readonly type?: string | undefined
  readonly name?: string | undefined
  readonly cluster?: string | undefined
  readonly status?: string | undefined
  readonly output?: string | undefined
  readonly file?: string | undefined
  readonly verbose: boolean
  readonly waypoint: boolean
  readonly 'with-headers': boolean
  readonly port: number | undefined
  readonly at: Date
}

type Printed = {readonly text: string; readonly notes: readonly string[]; readonly exit: number}

async function print<R extends Report>(asked: Asked, report: R, view: View<R>): Promise<Printed> {
  const layout = {width: 120, colour: false, headers: true}
  const text = await rendered(report, view, formOf(asked.output, view), layout, false)
  return {
    text: typeof text === 'string' ? text : Buffer.from(text).toString('utf8'),
    notes: report.notes,
    exit: reportExitCode(report),
  }
}

const SUBJECT = {namespace: '', name: 'file', implied: true}

const COMMANDS: Readonly<Record<string, (source: Source, asked: Asked) => Promise<Printed>>> = {
  cluster: async (source, asked) => print(asked, await clusterReport(source, SUBJECT, asked), clustersView),
  listener: async (source, asked) => {
    const detail = asked.waypoint ? 'waypoint' : asked.verbose ? 'chains' : 'types'
    return print(asked, await listenerReport(source, SUBJECT, asked, detail), listenersView)
  },
  route: async (source, asked) => {
    const shown = {verbose: asked.verbose, all: asked.output !== undefined && asked.output !== 'short'}
    return print(asked, await routeReport(source, SUBJECT, asked.name, shown), routesView)
  },
  endpoint: async (source, asked) =>
    print(asked, await endpointReport(source, SUBJECT, asked, asked.output === 'wide'), endpointsView),
  eds: async (source, asked) => print(asked, await edsReport(source, SUBJECT, asked), edsView),
  bootstrap: async (source, asked) => print(asked, await bootstrapReport(source, SUBJECT), bootstrapView),
  secret: async (source, asked) =>
    print(asked, await secretReport(source, SUBJECT, {at: asked.at, now: new Date(0)}), secretsView),
  ecds: async (source, asked) => print(asked, await ecdsReport(source, SUBJECT), ecdsView),
  all: async (source, asked) => {
    const shown = {verbose: asked.verbose, headings: asked['with-headers'], all: false}
    return print(asked, await allReport(source, SUBJECT, asked, shown, {at: asked.at, now: new Date(0)}), allView)
  },
}

/** `--verbose=false` in the words of parseArgs. */
function spelled(argv: readonly string[]): string[] {
  return argv.map(word => word.replace(/^--(\w+)=false$/, '--no-$1').replace(/^--(\w+)=true$/, '--$1'))
}

/** Runs `proxy-config …` on a file without a process: what it prints and the exit code; a refusal is code 2 and its message. */
export async function proxyConfig(
  argv: readonly string[],
  read: (path: string) => Uint8Array,
  at: string,
): Promise<Printed> {
  const [, command = '', ...rest] = argv
  const {values} = parseArgs({args: spelled(rest), options: OPTIONS, allowNegative: true})
  const path = values.file ?? ''
  const source = filesSource([{label: path, bytes: read(path)}])
  const asked = {...values, port: values.port === undefined ? undefined : Number(values.port), at: new Date(at)}
  try {
    const run = COMMANDS[command]
    if (run === undefined) throw new Error(`no such command in this test: ${command}`)
    return await run(source, asked)
  } catch (error) {
    if (error instanceof UserError) return {text: '', notes: [error.message], exit: error.exitCode}
    throw error
  }
}
