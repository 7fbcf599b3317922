import type { AccessMode, DescriptionNode } from './description/description-nodes.ts';
import type { Evaluator, NodeAccess } from './evaluator.ts';
import { targetOf } from './register-place.ts';

/** What may be done with a node now, by itself and by all that its value comes from. */
export async function accessOf(node: DescriptionNode, evaluator: Evaluator): Promise<NodeAccess> {
  if (node.isImplemented !== null && (await evaluator.integer(node.isImplemented)) === 0n) return 'NI';
  if (node.isAvailable !== null && (await evaluator.integer(node.isAvailable)) === 0n) return 'NA';
  const base = await baseAccess(node, evaluator);
  const imposed = node.imposedAccess === null ? base : both(base, node.imposedAccess);
  if (imposed !== 'RW' && imposed !== 'WO') return imposed;
  if (node.isLocked === null || (await evaluator.integer(node.isLocked)) === 0n) return imposed;
  return imposed === 'RW' ? 'RO' : 'NA';
}

async function baseAccess(node: DescriptionNode, evaluator: Evaluator): Promise<NodeAccess> {
  if (node.register !== null) {
    const target = await targetOf(node, evaluator);
    if (target.kind === 'camera') return node.register.access;
    // Events of the camera are not listened to.
    return target.kind === 'chunk' && evaluator.chunks.has(target.id) ? 'RO' : 'NA';
  }
  switch (node.kind) {
    case 'SwissKnife':
    case 'IntSwissKnife':
    case 'Category':
      return 'RO';
    case 'Port':
      return 'NA';
    case 'Command': {
      const target = await sourceAccess(node, evaluator);
      return target === 'RW' || target === 'WO' ? 'WO' : target === 'NI' ? 'NI' : 'NA';
    }
    default:
      return sourceAccess(node, evaluator);
  }
}

async function sourceAccess(node: DescriptionNode, evaluator: Evaluator): Promise<NodeAccess> {
  const source = await evaluator.source(node);
  if (source === null) return 'NA';
  return 'node' in source.operand ? evaluator.access(source.operand.node) : 'RW';
}

function both(access: NodeAccess, imposed: AccessMode): NodeAccess {
  if (access === 'NI' || access === 'NA' || imposed === 'RW') return access;
  return access === 'RW' || access === imposed ? imposed : 'NA';
}

export function isReadable(access: NodeAccess): boolean {
  return access === 'RO' || access === 'RW';
}

export function isWritable(access: NodeAccess): boolean {
  return access === 'WO' || access === 'RW';
}
