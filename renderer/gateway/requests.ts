import {
  keepPreviousData,
  type MutationOptions,
  QueryClient,
  queryOptions,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import type { Operation, OperationRequest, OperationResponse } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from './bridge.ts';

/** The state of a request, under way, answered or failed, for what is on view. Lists and the snapshot have their own. */

/** An operation that failed, or whose answer can't be used: as the library wants it, thrown. */
export class FailedRequest extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: FailedRequest;
  }
}

/**
 * The gateway is on this PC: it is asked also while the PC is offline. What failed is asked again by a person; a second
 * request by itself could trigger a camera twice.
 */
const always = { networkMode: 'always', retry: false } as const;
export const requests = new QueryClient({
  defaultOptions: { queries: { ...always, refetchOnWindowFocus: false, refetchOnReconnect: false }, mutations: always },
});

export async function ask<Name extends Operation>(
  operation: Name,
  request: OperationRequest<Name>,
): Promise<OperationResponse<Name>> {
  const answer = await call(operation, request);
  if (!answer.ok) throw new FailedRequest(answer.error);
  return answer.value;
}

/** An answer that is read anew each time it comes on view; its last one stays on view until the next one is there. */
export const useAnswer = <Name extends Operation>(
  operation: Name,
  request: OperationRequest<Name>,
  enabled = true,
): UseQueryResult<OperationResponse<Name>> =>
  useQuery<OperationResponse<Name>>({
    queryKey: [operation, request],
    queryFn: () => ask(operation, request),
    enabled,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });

/** Something a person orders. */
export const useOrder = <Name extends Operation>(
  operation: Name,
  options: Pick<
    MutationOptions<OperationResponse<Name>, FailedRequest, OperationRequest<Name>>,
    'onSuccess' | 'onError'
  > = {},
): UseMutationResult<OperationResponse<Name>, FailedRequest, OperationRequest<Name>> =>
  useMutation({ mutationFn: (request: OperationRequest<Name>) => ask(operation, request), ...options });

/** Questions that take seconds. Each goes on when its screen is left, and its answer stays until the next one. */
type Inquiry = 'doctor.run' | 'ledger.verify' | 'cameras.find';

const begunAt = new Map<Inquiry, number>();

const inquiry = <Name extends Inquiry>(operation: Name) =>
  queryOptions<OperationResponse<Name>>({
    queryKey: [operation],
    queryFn: () => {
      begunAt.set(operation, Date.now());
      return ask<Inquiry>(operation, {}) as Promise<OperationResponse<Name>>;
    },
    gcTime: Number.POSITIVE_INFINITY,
  });

/** Asks, unless the same question is not answered yet. */
export const inquire = (operation: Inquiry): Promise<void> =>
  requests.fetchQuery(inquiry(operation)).then(
    () => undefined,
    () => undefined,
  );

type InquiryState<Answer> = {
  readonly runningSince: number | null;
  /** The last answer, and when it came. */
  readonly answer: Answer | null;
  readonly answeredAt: number;
  /** Why the last question failed; the answer before it stays. */
  readonly failure: Failure | null;
};

export function useInquiry<Name extends Inquiry>(operation: Name): InquiryState<OperationResponse<Name>> {
  const { data, error, isFetching, dataUpdatedAt } = useQuery({ ...inquiry(operation), enabled: false });
  return {
    runningSince: isFetching ? (begunAt.get(operation) ?? Date.now()) : null,
    answer: data ?? null,
    answeredAt: dataUpdatedAt,
    failure: isFetching ? null : (error?.failure ?? null),
  };
}
