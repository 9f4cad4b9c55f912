import {Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {fileFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {requirementsToLabels} from '../src/model/kube/selector.js'
import {checkTargets} from '../src/reports/check/targets/targets.js'
import {checkInjectReport, hypotheticalPod} from '../src/reports/check-inject/report.js'
import {checkInjectView} from '../src/reports/check-inject/view.js'
import {formsOf} from '../src/reports/view.js'

export default class CheckInject extends MeshCommand {
  static override summary = 'Explain whether a pod is injected, by which webhook, or why not'
  static override aliases = ['x:check-inject', 'experimental:check-inject']
  static override examples = [
    example('Explain why a workload has no sidecar', 'check-inject deploy/sick-noinject-v1 --from sample'),
    example(
      'Predict injection for labels, before there is a pod',
      'check-inject -l app=web,version=v2 -n demo --from sample',
    ),
  ]
  static override forms = formsOf(checkInjectView)
  static override needs: CommandNeeds = {
    cluster: {needs: ['pods', 'namespaces', 'webhooks'], more: ['workloads', 'mesh']},
  }
  static override args = podArgument
  static override flags = {
    file: fileFlag,
    labels: Flags.string({char: 'l', description: 'check a hypothetical pod with these labels'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(CheckInject)
    if ((args.pod === undefined) === (flags.labels === undefined) && flags.file === undefined) {
      throw new UserError('specify one pod, or labels with -l')
    }
    await this.withSource(flags, async source => {
      const namespace = flags.namespace ?? source.defaultNamespace
      const objects =
        flags.labels === undefined
          ? await checkTargets(source, args.pod === undefined ? [] : [args.pod], {namespace: flags.namespace})
          : [hypotheticalPod(requirementsToLabels(flags.labels), namespace)]
      await this.print(flags, await checkInjectReport(source, objects, flags.istioNamespace), checkInjectView)
    })
  }
}
