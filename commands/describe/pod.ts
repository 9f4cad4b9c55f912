import {DESCRIBE_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {fileFlag, selectorFlag} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import {describeReport} from '../../src/reports/describe/report.js'
import {describeView} from '../../src/reports/describe/view.js'
import {formsOf} from '../../src/reports/view.js'
import {withListedMachines} from '../../src/sources/machines.js'
import type {Source} from '../../src/sources/source.js'

export default class DescribePod extends MeshCommand {
  static override summary = 'Show how Istio handles a pod: traffic, policies and problems'
  static override hiddenAliases = [
    'describe:po',
    'describe:workloadentry',
    'describe:we',
    ...['x', 'experimental'].flatMap(root => [`${root}:describe:pod`, `${root}:describe:po`]),
  ]
  static override examples = [
    example("Show a pod's Services, routes, policies and sync status", 'describe pod deploy/reviews-v1 --from sample'),
    example('Describe a pod from its config dump alone', 'describe pod -f config_dump.json'),
  ]
  static override forms = formsOf(describeView)
  static override needs = DESCRIBE_NEEDS
  static override args = podArgument
  static override flags = {file: fileFlag, selector: selectorFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DescribePod)
    const describe = async (source: Source, pod: PodRef) => {
      const options = {istioNamespace: flags.istioNamespace, now: new Date()}
      await this.print(flags, await describeReport(source, pod, options), describeView)
    }
    await this.withSubject(flags, args.pod, describe, withListedMachines)
  }
}
