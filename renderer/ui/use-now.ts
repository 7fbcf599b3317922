import { useEffect, useState } from 'react';

/** The time of day, renewed every `periodMilliseconds`, for texts that tick ("3 min", "in 12 s"). */
export function useNow(periodMilliseconds = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), periodMilliseconds);
    return () => clearInterval(timer);
  }, [periodMilliseconds]);
  return now;
}
