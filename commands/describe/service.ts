import {Args} from '@oclif/core'
import {DESCRIBE_NEEDS} from '../../src/cli/command-needs.js'
import {fileFlag} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {serviceReport} from '../../src/reports/describe/service-report.js'
import {serviceView} from '../../src/reports/describe/service-view.js'
import {formsOf} from '../../src/reports/view.js'
import {withListedMachines} from '../../src/sources/machines.js'

export default class DescribeService extends MeshCommand {
  static override summary = 'Show how Istio handles a Service: traffic, policies and problems'
  static override hiddenAliases = [
    'describe:svc',
    ...['x', 'experimental'].flatMap(root => [`${root}:describe:service`, `${root}:describe:svc`]),
  ]
  static override examples = [
    example('Show how requests to a Service are routed and protected', 'describe service reviews --from sample'),
  ]
  static override forms = formsOf(serviceView)
  static override needs = DESCRIBE_NEEDS
  static override args = {
    service: Args.string({ignoreStdin: true, required: true, description: 'service, or service.namespace'}),
  }
  static override flags = {file: fileFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DescribeService)
    await this.withSource(flags, async given => {
      const source = withListedMachines(given)
      const {splitTarget} = await import('../../src/sources/subject.js')
      const {name, namespace = flags.namespace ?? source.defaultNamespace} = splitTarget(args.service)
      const options = {istioNamespace: flags.istioNamespace, now: new Date()}
      await this.print(flags, await serviceReport(source, name, namespace, options), serviceView)
    })
  }
}
