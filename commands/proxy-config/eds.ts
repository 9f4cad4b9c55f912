import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {endpointFlags, proxyConfigAliases, proxyConfigFlags} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {edsReport} from '../../src/reports/eds/report.js'
import {edsView} from '../../src/reports/eds/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigEds extends MeshCommand {
  static override summary = "Show the endpoints a pod's Envoy received from istiod (EDS)"
  static override aliases = proxyConfigAliases('eds')
  static override examples = [
    example(
      'Show endpoints as EDS delivered them',
      'proxy-config eds deploy/productpage-v1 -n demo --from sample -o wide',
    ),
  ]
  static override forms = formsOf(edsView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {...proxyConfigFlags, ...endpointFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigEds)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await edsReport(source, pod, flags), edsView)
    })
  }
}
