import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {type Answer, missing} from '../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, type EvidenceQuery, evidenceRow} from '../../model/evidence/evidence.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import {openPodStream} from '../../wire/pod-stream.js'
import type {Source} from '../source.js'
import {accessReviews} from './api/access-review.js'
import type {Api} from './api/api.js'
import {leaseOn} from './api/lease.js'
import {clusterObjects, clusterPages} from './api/objects.js'
import {sendRequest} from './api/send-request.js'
import {applyPolicyReport, createEvent} from './api/write-findings.js'
import type {ClusterSettings} from './credentials/settings.js'
import {type Live, openLive} from './live.js'
import {adminEvidence} from './pods/admin-evidence.js'
import {addDebugContainer} from './pods/debug-container.js'
import {execEvidence} from './pods/exec-evidence.js'
import {istiodEvidence} from './pods/istiod-evidence.js'
import {logEvidence} from './pods/log-evidence.js'
import {setLogLevel} from './pods/log-level.js'
import {setZtunnelLogLevel, ztunnelEvidence} from './pods/ztunnel-evidence.js'
import {watchingSource} from './watching-source.js'

/** The live source on an API client: objects from lists, evidence by catalogue row, changes only on explicit request. */
export function sourceOn(api: Api, settings: ClusterSettings, label: string, defaultNamespace: string): Source {
  const live = openLive(api)
  const source: Source = {
    origin: {kind: 'cluster', label},
    traits: {live: true, complete: true},
    defaultNamespace,
    objects: query => clusterObjects(live, query),
    pages: (query, read) => clusterPages(live, query, read),
    evidence: (id, subject, query) => evidenceOf(live, settings, id, subject, query),
    forward: ({namespace, name}, port) => openPodStream(api.server, {namespace, pod: name, port}),
    rulings: permissions => accessReviews(api, permissions),
    changes: {
      setLogLevel: (subject, level, logger) =>
        live.oneByOne(subject, () => setLogLevel(live, settings.adminPort, subject, level, logger)),
      sendRequest: (subject, tries, announce) => sendRequest(live, subject, tries, announce),
      setZtunnelLogLevel: (subject, directives, reset) => setZtunnelLogLevel(live, subject, directives, reset),
      addDebugContainer: (subject, image, announce) => addDebugContainer(live, subject, image, announce),
      applyPolicyReport: (namespace, report) => applyPolicyReport(api, namespace, report),
      createEvent: (namespace, event) => createEvent(api, namespace, event),
      lease: ref => leaseOn(api, ref, () => new Date()),
    },
    close: async () => live.close(),
  }
  return {...source, watching: events => watchingSource(live, source, events)}
}

/** ztunnel answers some paths of Envoy's admin port with pages of its own: its DaemonSet's pods have no Envoy. Other names cost no call. */
async function ofZtunnel(live: Live, id: EvidenceId, subject: PodRef): Promise<Answer<never> | undefined> {
  if (!subject.name.startsWith('ztunnel')) return undefined
  const pod = await live.pod(subject).catch(() => undefined)
  if (pod === undefined || podMode(pod) !== 'ztunnel') return undefined
  return missing(
    evidenceRow(id).title,
    'not-applicable',
    `${podLabel(subject)} is a ztunnel, without Envoy: meshctl ztunnel-config`,
  )
}

function evidenceOf(
  live: Live,
  settings: ClusterSettings,
  id: EvidenceId,
  subject: PodRef,
  query: EvidenceQuery | undefined,
): Promise<Answer<Artifact>> {
  const {how} = evidenceRow(id)
  switch (how.via) {
    case 'admin':
      return ofZtunnel(live, id, subject).then(
        gap =>
          gap ?? live.oneByOne(subject, () => adminEvidence(live, id, subject, how.path, settings.adminPort, query)),
      )
    case 'exec':
      return execEvidence(live, id, subject, how.tries)
    case 'log':
      return logEvidence(live, id, subject, how.container)
    case 'ztunnel':
      return ztunnelEvidence(live, id, subject, how)
    case 'istiod':
      return istiodEvidence(live, id, subject, how.path, settings)
  }
}
