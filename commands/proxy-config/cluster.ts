import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {
  clusterFlags,
  proxyConfigAliases,
  proxyConfigFlags,
  proxyConfigHidden,
} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {clusterReport} from '../../src/reports/clusters/report.js'
import {clustersView} from '../../src/reports/clusters/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigCluster extends MeshCommand {
  static override summary = "Show the clusters (upstream services) of a pod's Envoy"
  static override aliases = proxyConfigAliases('cluster', 'clusters', 'c')
  static override hiddenAliases = proxyConfigHidden('clusters', 'c')
  static override examples = [
    example(
      'Show the clusters of one port',
      'proxy-config cluster deploy/productpage-v1 -n demo --from sample --port 9080',
    ),
    example('Read a config dump in a file, with more columns', 'pc c -f config_dump.json -o wide'),
  ]
  static override forms = formsOf(clustersView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {...proxyConfigFlags, ...clusterFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigCluster)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (await this.printPasted(flags, source, pod, 'cluster', flags)) return
      await this.print(flags, await clusterReport(source, pod, flags), clustersView)
    })
  }
}
