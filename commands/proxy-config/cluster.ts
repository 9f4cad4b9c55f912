import {Args, Flags} from '@oclif/core'
import {fileFlag, selectorFlag} from '../../src/cli/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {clusterReport} from '../../src/reports/clusters/report.js'
import {clustersView} from '../../src/reports/clusters/view.js'

export default class ProxyConfigCluster extends MeshCommand {
  static override summary = "Show the clusters (upstream services) of a pod's Envoy"
  static override aliases = ['proxy-config:clusters', 'proxy-config:c', 'pc:cluster', 'pc:clusters', 'pc:c']
  static override examples = ['<%= config.bin %> proxy-config cluster deploy/productpage-v1 --from sample --port 9080']
  static override args = {pod: Args.string({description: 'pod, pod.namespace, deploy/name, …'})}
  static override flags = {
    file: fileFlag,
    selector: selectorFlag,
    fqdn: Flags.string({description: 'only clusters whose name contains this'}),
    direction: Flags.string({description: 'only this direction (inbound, outbound)'}),
    subset: Flags.string({description: 'only this subset'}),
    port: Flags.integer({description: 'only this port'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigCluster)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await clusterReport(source, pod, flags), clustersView)
    })
  }
}
