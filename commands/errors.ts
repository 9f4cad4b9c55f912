import {Flags} from '@oclif/core'
import {ERRORS_NEEDS} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {failingSinceMs} from '../src/cli/flags/failing-since.js'
import {selectorFlag, watchFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {errorsReport} from '../src/reports/errors/report.js'
import {errorsView} from '../src/reports/errors/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Errors extends MeshCommand {
  static override summary = 'Show which requests fail right now, and what in the configuration makes them fail'
  static override description =
    'Reads the access logs of the sidecars and gateways, groups the failing requests by source, destination, code, flags and details, and traces one request of each group to name the object and field that causes it. Nothing is sent.'
  static override examples = [
    example('Explain every failing request in the access logs', 'errors -A --from sample'),
    example('Explain the failures of one workload in the last five minutes', 'errors deploy/sleep -n demo --since 5m'),
    example('Get the failures of a namespace as JSON', 'errors -n demo -o json'),
  ]
  static override forms = formsOf(errorsView)
  static override needs = ERRORS_NEEDS
  static override args = podArgument
  static override flags = {
    selector: selectorFlag,
    ...watchFlags,
    since: Flags.string({
      helpValue: 'DURATION',
      description: 'only requests from this period (default: 10m on a live mesh)',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Errors)
    await this.withSource(flags, async source => {
      const {resolveSubjects} = await import('../src/sources/subject.js')
      const one = args.pod !== undefined || flags.selector !== undefined
      const target = {name: args.pod, namespace: flags.namespace, selector: flags.selector}
      const query = {
        istioNamespace: flags.istioNamespace,
        namespace: one || flags['all-namespaces'] ? undefined : (flags.namespace ?? source.defaultNamespace),
        pods: one ? await resolveSubjects(source, target) : undefined,
        sinceMs: failingSinceMs(flags.since, source),
      }
      await this.print(flags, await errorsReport(source, query), errorsView)
    })
  }
}
