import {Flags} from '@oclif/core'
import {POD_POLICY_NEEDS} from '../src/cli/command-needs.js'
import {durationMs, fileFlag, watchFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {type CertsReport, certsReport} from '../src/reports/certs/report.js'
import {certsView} from '../src/reports/certs/view.js'
import {formsOf} from '../src/reports/view.js'
import {shownMoment} from '../src/sources/moment.js'

/** The certificates in files, evaluated as of now. */
async function ofFiles(paths: readonly string[], warn: number): Promise<CertsReport> {
  const {readInputs} = await import('../src/sources/files/read-inputs.js')
  const {filesSource} = await import('../src/sources/files/source.js')
  const {certsOfFiles} = await import('../src/reports/certs/from-files.js')
  return await certsOfFiles(await readInputs(paths), input => filesSource([input]), {warn, now: Date.now()})
}

export default class Certs extends MeshCommand {
  static override summary = 'Show proxy certificates: validity, identity, rotation, and the roots they trust'
  static override examples = [
    example('Show the certificates of a namespace, the worst first', 'certs -n demo --from sample'),
    example('Judge the certificates in files: a /certs page, a config_dump or PEM', 'certs -f certs.json -f ca.pem'),
    example('Export the ends of all certificates for Prometheus', 'certs -A --warn 720h -o prom'),
  ]
  static override forms = formsOf(certsView)
  static override needs = POD_POLICY_NEEDS
  static override flags = {
    file: fileFlag,
    ...watchFlags,
    warn: Flags.string({
      default: '168h',
      helpValue: 'DURATION',
      description: 'report a root or intermediate as expiring this long before it expires',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Certs)
    const warn = durationMs(flags.warn)
    if (flags.file !== undefined) return await this.print(flags, await ofFiles(flags.file, warn), certsView)
    await this.withSource(flags, async source => {
      const question = {
        namespace: flags['all-namespaces'] === true ? undefined : (flags.namespace ?? source.defaultNamespace),
        istioNamespace: flags.istioNamespace,
        warn,
        now: shownMoment(source),
      }
      await this.print(flags, await certsReport(source, question), certsView)
    })
  }
}
