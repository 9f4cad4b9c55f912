import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {fileFlag, selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {serverInfoReport} from '../src/reports/server-info/report.js'
import {serverInfoView} from '../src/reports/server-info/view.js'
import {formsOf} from '../src/reports/view.js'

export default class ServerInfo extends MeshCommand {
  static override summary = "Show version, state, uptime, options and node of a pod's Envoy"
  static override examples = [
    example('Show version, state and uptime of an Envoy', 'server-info deploy/reviews-v1 -n demo --from sample'),
    example('Read a saved page, and show all options', 'server-info -f server_info.json -o wide'),
  ]
  static override forms = formsOf(serverInfoView)
  static override needs: CommandNeeds = {
    reads: "Envoy's /server_info",
    aboutProxy: true,
    cluster: {needs: ['pods', 'forward'], more: ['workloads']},
  }
  static override args = podArgument
  static override flags = {file: fileFlag, selector: selectorFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ServerInfo)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await serverInfoReport(source, pod), serverInfoView)
    })
  }
}
