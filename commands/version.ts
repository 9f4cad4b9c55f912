import {Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {clientVersion, versionReport} from '../src/reports/version/report.js'
import {versionView} from '../src/reports/version/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Version extends MeshCommand {
  static override summary = 'Show the versions of meshctl, the control plane and the proxies'
  static override examples = [
    example('Show the versions of istiod and the proxies', 'version --from sample'),
    example('Show the client version only', 'version --no-remote'),
  ]
  static override forms = formsOf(versionView)
  static override needs: CommandNeeds = {cluster: {needs: ['istiods', 'istiod'], more: []}}
  static override flags = {
    remote: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'also show the versions of the control plane and the proxies',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Version)
    const client = this.config.version
    if (!flags.remote) return await this.print(flags, clientVersion(client), versionView)
    const scope = {client, istioNamespace: flags.istioNamespace, revision: flags.revision}
    try {
      await this.withSource(flags, async source => {
        await this.print(flags, await versionReport(source, scope), versionView)
      })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      await this.print(flags, clientVersion(client, error), versionView)
    }
  }
}
