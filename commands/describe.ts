import {Args} from '@oclif/core'
import {selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {UserError} from '../src/model/user-error.js'
import {describeReport} from '../src/reports/describe/report.js'
import {describeView} from '../src/reports/describe/view.js'

const POD = ['pod', 'po', 'pods']
const SERVICE = ['service', 'svc', 'services']

export default class Describe extends MeshCommand {
  static override summary = 'Describe what Istio does with a pod or a Service, on one page'
  static override aliases = ['x:describe', 'experimental:describe']
  static override examples = [
    'pod productpage-v1 --from sample',
    'service reviews --from sample',
    'deploy/details-v1 --from sample',
  ].map(rest => `<%= config.bin %> describe ${rest}`)
  static override args = {
    kind: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'pod or service, or the name itself (deploy/name, …)',
    }),
    name: Args.string({ignoreStdin: true, description: 'NAME or NAME.NAMESPACE'}),
  }
  static override flags = {selector: selectorFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Describe)
    const service = SERVICE.includes(args.kind)
    const typed = service || POD.includes(args.kind)
    if (typed && args.name === undefined) throw new UserError(`name a ${args.kind}: describe ${args.kind} NAME`)
    if (!typed && args.name !== undefined)
      throw new UserError(`unknown resource type ${JSON.stringify(args.kind)}`, {
        hint: 'describe takes pod, service, or TYPE/NAME.',
      })
    const name = typed ? (args.name ?? '') : args.kind
    await this.withSource(flags, async source => {
      const {resolvePods, splitTarget} = await import('../src/sources/subject.js')
      const target = {name: service ? `svc/${name}` : name, namespace: flags.namespace}
      const pods = await resolvePods(source, target)
      if (pods.length === 0) throw new UserError(`${args.kind} ${name} has no pods in ${source.origin.label}`)
      const only = service || name.startsWith('svc/') ? splitTarget(name).name : undefined
      await this.print(flags, await describeReport(source, pods, flags.istioNamespace, only), describeView)
    })
  }
}
