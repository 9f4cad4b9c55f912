import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {
  endpointFlags,
  proxyConfigAliases,
  proxyConfigFlags,
  proxyConfigHidden,
} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {shownWord} from '../../src/cli/output/outputs.js'
import {example} from '../../src/cli/usage/example.js'
import {endpointReport} from '../../src/reports/endpoints/report.js'
import {endpointsView} from '../../src/reports/endpoints/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigEndpoint extends MeshCommand {
  static override summary = "Show the endpoints of a pod's Envoy with their health"
  static override aliases = proxyConfigAliases('endpoint', 'endpoints', 'ep')
  static override hiddenAliases = proxyConfigHidden('endpoints', 'ep')
  static override examples = [
    example(
      'Show only unhealthy endpoints',
      'proxy-config endpoint deploy/productpage-v1 -n demo --from sample --status unhealthy',
    ),
    example('Read a clusters page in a file, with more columns', 'pc ep -f clusters.json -o wide'),
  ]
  static override forms = formsOf(endpointsView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {...proxyConfigFlags, ...endpointFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigEndpoint)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (await this.printPasted(flags, source, pod, 'endpoint', flags)) return
      await this.print(
        flags,
        await endpointReport(source, pod, flags, ['wide', 'csv'].includes(shownWord(flags.output) ?? '')),
        endpointsView,
      )
    })
  }
}
