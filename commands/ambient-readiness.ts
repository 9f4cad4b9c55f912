import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {ambientReadinessReport} from '../src/reports/ambient-readiness/report.js'
import {ambientReadinessView} from '../src/reports/ambient-readiness/view.js'
import {formsOf} from '../src/reports/view.js'

export default class AmbientReadiness extends MeshCommand {
  static override summary = 'Show what migrating from sidecars to ambient mode changes or breaks'
  static override description =
    'Reads the policies, routes, workloads and access logs of a namespace with sidecars. Each statement names the object and the documentation it rests on. Exit code 1 if something breaks or needs a waypoint.'
  static override examples = [
    example('Show what keeps a namespace from ambient mode', 'ambient-readiness -n demo --from sample'),
    example('Get the same as JSON', 'ambient-readiness -n shop -o json'),
  ]
  static override forms = formsOf(ambientReadinessView)
  static override needs = {
    cluster: {
      needs: ['allPods', 'allServices', 'traffic', 'security'],
      more: ['listNamespaces', 'routes', 'policies', 'logs'],
    },
  } as const

  async run(): Promise<void> {
    const {flags} = await this.parse(AmbientReadiness)
    await this.withSource(flags, async source => {
      if (flags['all-namespaces'])
        throw new UserError('ambient-readiness checks one namespace', {hint: 'Name it with -n.'})
      const namespace = flags.namespace ?? source.defaultNamespace
      await this.print(
        flags,
        await ambientReadinessReport(source, namespace, flags.istioNamespace),
        ambientReadinessView,
      )
    })
  }
}
