import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {
  proxyConfigAliases,
  proxyConfigFlags,
  proxyConfigHidden,
  routeFlags,
  verboseFlag,
} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {showsTable} from '../../src/cli/output/outputs.js'
import {example} from '../../src/cli/usage/example.js'
import {routeReport} from '../../src/reports/routes/report.js'
import {routesView} from '../../src/reports/routes/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigRoute extends MeshCommand {
  static override summary = "Show the routes of a pod's Envoy"
  static override aliases = proxyConfigAliases('route', 'routes', 'r')
  static override hiddenAliases = proxyConfigHidden('routes', 'r')
  static override examples = [
    example(
      'Show one route configuration',
      'proxy-config route deploy/productpage-v1 -n demo --from sample --name 9080',
    ),
    example('Read a config dump in a file, with more columns', 'pc r -f config_dump.json -o wide'),
  ]
  static override forms = formsOf(routesView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {...proxyConfigFlags, ...routeFlags, verbose: verboseFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigRoute)
    const shown = {verbose: flags.verbose, all: !showsTable(flags.output)}
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (await this.printPasted(flags, source, pod, 'route', flags)) return
      await this.print(flags, await routeReport(source, pod, flags.name, shown), routesView)
    })
  }
}
