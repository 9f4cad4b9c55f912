import {Args} from '@oclif/core'
import {fileFlag, selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {iptablesReport} from '../src/reports/iptables/report.js'
import {iptablesView} from '../src/reports/iptables/view.js'

export default class Iptables extends MeshCommand {
  static override summary = "Show a pod's kernel rules in words: what is captured, what escapes, and why"
  static override examples = [
    '<%= config.bin %> iptables deploy/productpage-v1 --from sample',
    'kubectl logs POD -c istio-init | <%= config.bin %> iptables -f -',
  ]
  static override args = {pod: Args.string({description: 'pod, pod.namespace, deploy/name, …'})}
  static override flags = {file: fileFlag, selector: selectorFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Iptables)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await iptablesReport(source, pod), iptablesView)
    })
  }
}
