CREATE TABLE grids (id VARCHAR, owner VARCHAR, name VARCHAR, plan VARCHAR, created DOUBLE, removed DOUBLE);
CREATE TABLE grid_cells (
    grid_id VARCHAR, owner VARCHAR, row_id VARCHAR, column_id VARCHAR, run_id VARCHAR, edited VARCHAR, edited_at DOUBLE,
    problem VARCHAR
);
