import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {proxyConfigAliases, proxyConfigFlags, proxyConfigHidden} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {bootstrapReport} from '../../src/reports/bootstrap/report.js'
import {bootstrapView} from '../../src/reports/bootstrap/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigBootstrap extends MeshCommand {
  static override summary = "Show the bootstrap configuration of a pod's Envoy (default -o json)"
  static override aliases = proxyConfigAliases('bootstrap', 'b')
  static override hiddenAliases = proxyConfigHidden('b')
  static override examples = [
    example(
      'Summarize the bootstrap configuration',
      'proxy-config bootstrap deploy/reviews-v1 -n demo --from sample -o short',
    ),
  ]
  static override forms = formsOf(bootstrapView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = proxyConfigFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigBootstrap)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await bootstrapReport(source, pod), bootstrapView)
    })
  }
}
