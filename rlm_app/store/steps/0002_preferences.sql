CREATE TABLE preferences (owner VARCHAR, name VARCHAR, value VARCHAR);
