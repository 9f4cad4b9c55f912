import {Args} from '@oclif/core'
import {WAYPOINT_NEEDS} from '../../src/cli/command-needs.js'
import {fileFlag} from '../../src/cli/flags/flags.js'
import {sortFlag} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {formsOf} from '../../src/reports/view.js'
import {waypointReport} from '../../src/reports/waypoints/report.js'
import {waypointStatusView} from '../../src/reports/waypoints/view.js'

export default class WaypointStatus extends MeshCommand {
  static override summary = 'Show the status of waypoints, their pods and who uses them'
  static override examples = [
    example('Show whether every waypoint is ready', 'waypoint status -A'),
    example('Show one namespace, with more columns', 'waypoint status -n amb -o wide'),
  ]
  static override forms = formsOf(waypointStatusView)
  static override needs = WAYPOINT_NEEDS
  static override args = {name: Args.string({ignoreStdin: true, description: 'waypoint (default: all)'})}
  static override flags = {file: fileFlag, sort: sortFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(WaypointStatus)
    await this.withSource(flags, async source => {
      const namespace = flags['all-namespaces'] ? undefined : (flags.namespace ?? source.defaultNamespace)
      await this.print(flags, await waypointReport(source, namespace, args.name), waypointStatusView)
    })
  }
}
