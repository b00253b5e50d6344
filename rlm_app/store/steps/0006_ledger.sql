CREATE TABLE ledger (run_id VARCHAR, owner VARCHAR, began DOUBLE, held DOUBLE, cost DOUBLE);
