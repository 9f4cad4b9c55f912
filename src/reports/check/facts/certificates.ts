import {parseCerts} from '../../../formats/envoy-certs.js'
import {type Answer, answered} from '../../../model/answer.js'
import type {Facts} from '../../../rules/facts.js'
import {cannotVisit, type PodContext, refOf} from './context.js'

/** Envoy's certificates with the time they were read. */
export async function certificates(context: PodContext): Promise<Answer<Facts['certificates']>> {
  const barred = cannotVisit(context, 'certificates')
  if (barred !== undefined) return barred
  const page = await context.run.source.evidence('envoy.certs', refOf(context.workload.pod))
  if (!page.ok) return page
  const parsed = parseCerts(page.value)
  const captured = new Date(page.value.provenance.capturedAt ?? '')
  return parsed.ok
    ? answered({all: parsed.value, at: Number.isNaN(captured.getTime()) ? context.run.at : captured})
    : parsed
}
