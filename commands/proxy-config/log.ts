import {Flags} from '@oclif/core'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {podArgument, proxyConfigAliases, proxyConfigFlags} from '../../src/cli/proxy-config-flags.js'
import {UserError} from '../../src/model/user-error.js'
import {logLevelReport} from '../../src/reports/log-levels/report.js'
import {logLevelsView} from '../../src/reports/log-levels/view.js'

export default class ProxyConfigLog extends MeshCommand {
  static override summary = "Show the log levels of the pods' Envoys"
  static override aliases = proxyConfigAliases('log', 'o')
  static override examples = ['<%= config.bin %> proxy-config log deploy/reviews-v1 -n demo']
  static override args = podArgument
  static override flags = {
    ...proxyConfigFlags,
    level: Flags.string({description: 'set levels: LEVEL, or LOGGER:LEVEL,…', exclusive: ['reset']}),
    reset: Flags.boolean({char: 'r', description: "set levels back to the mesh's default"}),
    revision: Flags.string({hidden: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigLog)
    if (flags.level !== undefined || flags.reset) {
      throw new UserError('meshctl reads log levels but does not set them', {
        hint: 'Envoy takes new levels on its admin port.',
        next: "kubectl exec POD -c istio-proxy -- pilot-agent request POST 'logging?level=debug'",
      })
    }
    await this.withSubjects(flags, args.pod, async (source, pods) => {
      await this.print(flags, await logLevelReport(source, pods), logLevelsView)
    })
  }
}
